"""What a tier itself gave for the occasion of a campaign, as its message tells it."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from coupons import selectors as coupons_selectors
from coupons.models import Coupon, TierGift
from messaging.services.send import HOUSE_LANGUAGE

from .days import house_zone
from .journeys import DueJourney
from .kinds import CampaignKind
from .models import Campaign

# What a tier promises for it; the words say which of its references name the occasion.
OCCASIONS = {
    CampaignKind.BIRTHDAY.value: (TierGift.Occasion.BIRTHDAY, "birthday"),
    CampaignKind.TIER_REACHED.value: (TierGift.Occasion.UPGRADE, "tier"),
}


def tier_gifts(campaign: Campaign, journeys: Sequence[DueJourney]) -> dict[int, str]:
    """By journey of a campaign a sentence in the reader's language; empty where the
    tier gives nothing.
    """
    if not journeys:
        return {}
    occasion, word = OCCASIONS[campaign.kind]
    refs = {
        coupons_selectors.tier_gift_ref(word, gift, one.member_id, _period(one)): one.pk
        for gift in TierGift.objects.filter(occasion=occasion).values_list(
            "pk", flat=True
        )
        for one in journeys
    }
    given = Coupon.objects.filter(source_ref__in=refs).order_by("valid_until", "pk")
    mine: dict[int, list[Coupon]] = {}
    for coupon in given.select_related("version", "member"):
        mine.setdefault(refs[coupon.source_ref or ""], []).append(coupon)
    return {one.pk: _sentence(mine.get(one.pk, [])) for one in journeys}


def _period(journey: DueJourney) -> str:
    """The year: of a tier that was reached, after the tier."""
    return journey.period.rpartition(":")[2]


def _sentence(coupons: Sequence[Coupon]) -> str:
    if not coupons or coupons[0].member is None:
        return ""
    last = coupons[0].valid_until - timedelta(seconds=1)
    with override(coupons[0].member.language or HOUSE_LANGUAGE):
        day = date_format(last.astimezone(house_zone()).date(), "SHORT_DATE_FORMAT")
        names = pgettext("between two items", "; ").join(
            coupon.version.name[:40] for coupon in coupons[:5]
        )
        return _("Your tier gives you %(coupons)s, until %(day)s.") % {
            "coupons": names,
            "day": day,
        }
