"""Segments in the office."""

from . import segments  # noqa: F401 (registers its page)
