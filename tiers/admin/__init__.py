"""The ladder, where members stand on it, and what was bought or given."""

from . import grants, ladder, standings

__all__ = ["grants", "ladder", "standings"]
