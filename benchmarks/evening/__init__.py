"""A busy evening at the counter, played through the real screens."""
