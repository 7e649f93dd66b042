"""What a command says at the prompt."""

from io import StringIO

from django.core.management import call_command


def told(*words: str) -> str:
    """What it prints, and nothing of what it complains."""
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()
