"""Gift cards as their givers and their friends read of them."""

from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from common import tables
from gift_cards.models import Gift
from gift_cards.services import GiftWish
from messaging.channels import can_send
from messaging.models import MessageChannel
from portal.visitors import Visitor

MORNING = time(9)


def ways() -> list[tuple[str, str]]:
    """How a gift can travel from this shop."""
    found = [(str(Gift.Channel.LINK), _("I hand it over: a link to send on"))]
    if can_send(MessageChannel.EMAIL):
        found.append((str(Gift.Channel.EMAIL), _("By e-mail")))
    if can_send(MessageChannel.SMS):
        found.append((str(Gift.Channel.MESSAGE), _("By text message")))
    return found


def wish_of(told: dict[str, Any], visitor: Visitor) -> GiftWish:
    """What was typed, as the shop keeps it; on a later day it leaves in the morning."""
    day = told["day"]
    is_later = day is not None and day > visitor.today[0]
    deliver_at = datetime.combine(day, MORNING, visitor.zone) if is_later else None
    return GiftWish(
        name=told["name"].strip(),
        channel=told["channel"],
        email=told.get("email", "").strip(),
        phone=told.get("phone", ""),
        message=told["message"].strip(),
        giver=told["giver"].strip(),
        language=told["language"],
        deliver_at=deliver_at,
    )


def state_of(gift: Gift, *, at: datetime) -> str:
    """What became of a gift, for its giver."""
    if gift.status == Gift.Status.STOPPED:
        return _("Taken back")
    if gift.kept_at is not None:
        return _("Kept on %(day)s") % {"day": tables.day(gift.kept_at)}
    if gift.opened_at is not None:
        return _("Opened on %(day)s") % {"day": tables.day(gift.opened_at)}
    return _unopened(gift, at)


def _unopened(gift: Gift, at: datetime) -> str:
    if gift.channel == Gift.Channel.LINK:
        if gift.deliver_at > at:
            return _("Opens on %(day)s") % {"day": tables.day(gift.deliver_at)}
        return _("Not opened yet")
    if gift.delivered_at is not None:
        return _("Sent on %(day)s, not opened yet") % {
            "day": tables.day(gift.delivered_at)
        }
    if gift.status == Gift.Status.FAILED:
        return _("Could not be sent: take it back, or ask at the till")
    if gift.status == Gift.Status.WAITING and gift.deliver_at > at:
        return _("Leaves on %(day)s") % {"day": tables.day(gift.deliver_at)}
    return _("It is on its way")


def dead_link(gift: Gift, *, is_former: bool) -> str:
    """What became of a gift whose link opens nothing any more; empty: it opens."""
    if gift.status == Gift.Status.STOPPED:
        return _("Whoever sent this gift has taken it back.")
    if not is_former:
        return ""
    if gift.status == Gift.Status.FAILED:
        return _("This gift could not be delivered. Ask whoever sent it.")
    return _("This link was replaced: the gift was sent again with a new one.")
