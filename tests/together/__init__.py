"""What holds only across the apps: merge, erase, export, and what peers got wrong."""
