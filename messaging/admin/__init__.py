"""What was written to whom, and in which words."""

from . import messages, templates

__all__ = ["messages", "templates"]
