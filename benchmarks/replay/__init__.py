"""A shop's sales history, played through the API as live sales."""
