"""What was written to whom, and in which words."""

from . import messages, rules, templates

__all__ = ["messages", "rules", "templates"]
