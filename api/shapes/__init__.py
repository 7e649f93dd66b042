"""What goes in and out, as the contract writes it."""
