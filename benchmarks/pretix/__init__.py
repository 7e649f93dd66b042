"""pretix, whose gift cards are debited over HTTP too, in an environment of its own."""
