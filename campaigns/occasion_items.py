"""What expires of somebody's, item by item, as a digest reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common.money import format_money
from coupons.models import TemplateVersion

from .days import Days, house_zone
from .journeys import DueJourney
from .models import Campaign
from .triggers import expiry_window

MOST: Final = 5  # items that are told by name
LONGEST_NAME: Final = 40
ITEMS: Final = """
SELECT c.member_id, 'coupon', c.version_id, count(*), c.valid_until
  FROM coupons_coupon c
 WHERE c.member_id = ANY (%(members)s) AND c.status = 'issued'
   AND c.valid_from <= %(at)s AND c.valid_until > %(at)s AND c.valid_until <= %(until)s
 GROUP BY c.member_id, c.version_id, c.valid_until
 UNION ALL
SELECT a.holder_id, a.kind, NULL, sum(l.remaining), l.expires_at
  FROM ledger_account a JOIN ledger_lot l ON l.account_id = a.id
 WHERE a.holder_kind = 'member' AND a.holder_id = ANY (%(members)s)
   AND a.kind IN ('points', 'bonus', 'principal') AND a.slot = '' AND a.status = 'open'
   AND l.is_open AND l.expires_at > %(at)s AND l.expires_at <= %(until)s
 GROUP BY a.holder_id, a.kind, l.expires_at
 UNION ALL
SELECT g.owner_id, 'gift_card', NULL, sum(l.remaining), l.expires_at
  FROM gift_cards_giftcard g JOIN ledger_lot l ON l.account_id = g.account_id
 WHERE g.owner_id = ANY (%(members)s) AND g.status = 'active'
   AND l.is_open AND l.expires_at > %(at)s AND l.expires_at <= %(until)s
 GROUP BY g.owner_id, l.expires_at
 ORDER BY 5, 2, 3
"""


@dataclass(frozen=True, slots=True)
class ExpiringItem:
    """So many coupons of one kind, points, or minor units, and when they end."""

    kind: str
    version_id: int | None
    amount: int
    ends_at: datetime


def expiring_items(
    campaign: Campaign, journeys: Sequence[DueJourney], when: Days
) -> dict[int, list[ExpiringItem]]:
    """By member, the first to end first."""
    facts = expiry_window(campaign, when)
    members = [one.member_id for one in journeys]
    found: dict[int, list[ExpiringItem]] = {}
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, facts | {"members": members})
        for member, kind, version, amount, ends_at in cursor.fetchall():
            item = ExpiringItem(kind, version, int(amount), ends_at)
            found.setdefault(member, []).append(item)
    return found


def digest(items: Sequence[ExpiringItem], versions: dict[int, TemplateVersion]) -> str:
    """One line of all, in the active language."""
    told = [_line(item, versions) for item in items[:MOST]]
    more = len(items) - len(told)
    if more:
        told.append(
            ngettext("%(count)s more", "%(count)s more", more) % {"count": more}
        )
    return pgettext("between two items", "; ").join(told)


def _line(item: ExpiringItem, versions: dict[int, TemplateVersion]) -> str:
    last = (item.ends_at - timedelta(seconds=1)).astimezone(house_zone()).date()
    day = date_format(last, "SHORT_DATE_FORMAT")
    return _("%(what)s (until %(day)s)") % {"what": _what(item, versions), "day": day}


def _what(item: ExpiringItem, versions: dict[int, TemplateVersion]) -> str:
    if item.kind == "coupon" and item.version_id is not None:
        name = versions[item.version_id].name[:LONGEST_NAME]
        return name if item.amount == 1 else f"{item.amount} × {name}"
    if item.kind == "points":
        return ngettext("%(count)s point", "%(count)s points", item.amount) % {
            "count": item.amount
        }
    words = {
        "bonus": _("bonus of %(amount)s"),
        "principal": _("stored value of %(amount)s"),
        "gift_card": _("gift card with %(amount)s"),
    }
    return words[item.kind] % {"amount": format_money(item.amount)}
