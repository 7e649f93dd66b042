"""Text that people read: what is not seen in it, and what a spreadsheet would run."""

import unicodedata
from typing import Final

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

# Letters and signs that are drawn as nothing, though Unicode files them elsewhere.
BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
LAYOUT: Final = frozenset("\t\n\r")
# A spreadsheet runs a cell that begins like this, in full width or not.
BEGINS_FORMULA: Final = frozenset("=+-@\u2212")


class InvisibleText(DomainError):
    """A reason or reference in which something hides."""

    def __init__(self) -> None:
        super().__init__(
            "invisible_text",
            _("It contains characters that cannot be seen. Please type it anew."),
        )


def is_invisible(character: str) -> bool:
    """Whether nothing is seen of it: a control, zero-width or direction mark."""
    return character in BLANK or unicodedata.category(character) in UNSEEN


def has_invisible(text: str) -> bool:
    """Whether something hides in a line of text."""
    return any(is_invisible(character) for character in text)


def visible(text: str) -> str:
    """The text without what is not seen in it; its line breaks and tabs stay."""
    return "".join(
        character
        for character in text
        if character in LAYOUT or not is_invisible(character)
    )


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet might run it: judged by the first sign that is seen."""
    for character in text:
        is_mark = unicodedata.category(character).startswith("M")
        if is_mark or is_invisible(character) or character.isspace():
            continue
        return unicodedata.normalize("NFKC", character)[:1] in BEGINS_FORMULA
    return False


def one_line(text: str, most: int) -> str:
    """A reason or reference as it is kept: without space around it, no longer than the
    column. Raises InvisibleText.
    """
    plain = text.strip()
    if has_invisible(plain):
        raise InvisibleText
    return plain[:most]
