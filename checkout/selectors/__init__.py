"""What is known of bills that were settled."""
