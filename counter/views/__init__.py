"""The screens of the counter: they ask, and call commands."""
