"""A colleague's own card, at every act by which value moves, under every policy."""
