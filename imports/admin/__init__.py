"""Moving in, in the admin."""

from .jobs import ImportJobAdmin
from .references import ExternalRefAdmin

__all__ = ["ExternalRefAdmin", "ImportJobAdmin"]
