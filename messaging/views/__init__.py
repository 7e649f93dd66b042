"""Pages that messages lead to, and doors for what providers tell."""
