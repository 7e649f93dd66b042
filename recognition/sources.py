"""Where visits are noted, as people call it; an import may bring names of its own."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECKOUT: Final = "checkout"
SOURCES: Final[dict[str, Promise]] = {
    CHECKOUT: _("bill at the till"),
    "pass": _("visit pass"),
    "sale": _("bill"),
}


def source_words(source: str) -> str:
    """What a source is called; one of an import, as its people named it."""
    return str(SOURCES.get(source, source))
