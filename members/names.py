"""Names as people write them: any script, any sign, nothing that breaks a line."""

import unicodedata
from typing import Final

from .errors import NameRefused
from .models.people import NAME_LENGTH

# Control characters, half characters, line and paragraph separators.
REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Turning the direction of what follows would scramble every list that shows the name.
TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tidy(text: str, *, longest: int = NAME_LENGTH) -> str:
    """The text in one spelling, without stray blanks. Raises NameRefused.

    An emoji, a single sign and right-to-left scripts are names like any other.
    """
    if len(text) > 4 * longest:
        raise NameRefused
    stripped = text.strip(" \t\u3000\xa0\ufeff\u200b")
    if any(unicodedata.category(sign) in REFUSED for sign in stripped):
        raise NameRefused
    plain = "".join(sign for sign in stripped if sign not in TURNS)
    name = " ".join(unicodedata.normalize("NFC", plain).split())
    if len(name) > longest:
        raise NameRefused
    return name
