"""What people write, made fit to be kept: one line of meaning, nothing invisible."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from .errors import WordsRefused

# Control characters, but for the ends of lines: no keyboard types them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def written(words: str, *, most: int, needed: bool = True) -> str:
    """Words as they are kept. Raises WordsRefused."""
    if _UNSEEN.search(words):
        raise WordsRefused(_("These words contain characters that cannot be shown."))
    kept = unicodedata.normalize("NFC", words).strip()
    if needed and not kept:
        raise WordsRefused(_("Write something first."))
    if len(kept) > most:
        raise WordsRefused(_("These words are too long."))
    return kept


def on_one_line(words: str, *, most: int) -> str:
    """The same for what a till sends, cut to its place rather than refused."""
    return " ".join(_UNSEEN.sub("", words).split())[:most]
