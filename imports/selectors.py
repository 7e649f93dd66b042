"""Finding members by what they were called before."""

import unicodedata
from dataclasses import dataclass

from cards.numbers import digits_of
from imports.models import ExternalRef
from imports.models.references import LONGEST_REFERENCE

MOST: int = 20


@dataclass(frozen=True, slots=True)
class FormerNumber:
    """Whom a number of another system means: a member, by the card that took the place
    of an old one where there is such a card. It says who somebody is, and no more.
    """

    member_id: int
    card_id: int | None


def find_by_former_number(text: str) -> list[FormerNumber]:
    """The members that an old number, or that of an old card, means; few, or none.

    Of a member who has both under one number the card is told, which may be lost.
    """
    written = " ".join(text[: LONGEST_REFERENCE * 2].split())
    if not written or not written.isprintable():
        return []
    forms = {
        unicodedata.normalize("NFC", written),
        unicodedata.normalize("NFKC", written),
        digits_of(written),
    } - {""}
    rows = ExternalRef.objects.filter(
        reference__in=forms,
        kind__in=[ExternalRef.Kind.MEMBER, ExternalRef.Kind.CARD],
        erased=False,
        member__isnull=False,
    )
    found: dict[int, FormerNumber] = {}
    for member_id, card_id in rows.order_by("kind", "pk").values_list(
        "member_id", "object_id"
    )[:MOST]:
        if member_id is not None:
            found.setdefault(member_id, FormerNumber(member_id, card_id))
    return list(found.values())


def former_number(text: str) -> FormerNumber | None:
    """The one member that an old number means; none where it means several."""
    found = find_by_former_number(text)
    return found[0] if len(found) == 1 else None
