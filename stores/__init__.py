"""Stores, tills, staff with their roles, shifts, and the log of what staff did."""
