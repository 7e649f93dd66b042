"""What moving in leaves behind: the jobs, and what things were called before."""

from .jobs import ImportJob
from .references import ExternalRef

__all__ = ["ExternalRef", "ImportJob"]
