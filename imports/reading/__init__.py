"""Files of other systems, read row by row; a bad one gives a sentence, not a crash."""

from .limits import Cell, Limits
from .tables import Row, Table, open_table

__all__ = ["Cell", "Limits", "Row", "Table", "open_table"]
