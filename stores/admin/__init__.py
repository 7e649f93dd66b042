"""The shop floor in the admin."""

from . import control, people, places, roles, shifts, tenders

__all__ = ["control", "people", "places", "roles", "shifts", "tenders"]
