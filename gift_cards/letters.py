"""What a friend reads when a gift arrives."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.tables import zone_of

from . import pictures
from .models import Gift

PICTURE = "gift-card"


def link_of(token: str) -> str:
    """Where a gift is opened."""
    return f"{settings.PUBLIC_URL}/gift/{token}"


def values_of(gift: Gift, *, link: str, brand: str) -> dict[str, str | int]:
    """What the message of a gift says, in the language of the friend."""
    with override(gift.language):
        return {
            "greeting": _greeting(gift, brand),
            "words": gift.message,
            "link": link,
            "expiry": _expiry(gift),
            "gift": gift.pk,
        }


def draw(values: Mapping[str, Any]) -> bytes:
    """The face of the card that is given, for the letter that shows it."""
    gift = Gift.objects.select_related("card__design__picture").get(pk=values["gift"])
    return picture_of(gift, brand=str(values["brand"]))


def picture_of(gift: Gift, *, brand: str) -> bytes:
    """The face of the card that is given."""
    design = gift.card.design
    return pictures.draw(
        face=design.face,
        brand=brand,
        amount=gift.card.amount,
        greeting=design.greeting,
        language=gift.language,
        own=bytes(design.picture.image) if design.picture is not None else b"",
    )


def _expiry(gift: Gift) -> str:
    """Until when, by the clock of the store that sold it."""
    expires_at = gift.card.expires_at
    if expires_at is None:
        return ""
    last = localtime(expires_at - timedelta(microseconds=1), zone_of(gift.card))
    return _("It can be used until %(day)s.") % {"day": date_format(last.date())}


def _greeting(gift: Gift, brand: str) -> str:
    if gift.giver_name:
        return _("%(friend)s, %(giver)s sends you a gift card of %(brand)s.") % {
            "friend": gift.recipient_name,
            "giver": gift.giver_name,
            "brand": brand,
        }
    return _("%(friend)s, a gift card of %(brand)s is waiting for you.") % {
        "friend": gift.recipient_name,
        "brand": brand,
    }
