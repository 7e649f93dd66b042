"""The shop floor in the admin."""

from . import control, people, places, roles, shifts

__all__ = ["control", "people", "places", "roles", "shifts"]
