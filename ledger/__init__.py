"""The books: accounts, entries, postings, lots, and their proof."""
