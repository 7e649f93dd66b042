"""What came of a campaign: the lift first, then what was sent, used and spent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from coupons.kinds import CouponAct
from coupons.models import CouponUse
from messaging.models import MessageEvent
from policies import selectors as policies_selectors
from policies.models import ShopPolicy

from .kinds import Arm
from .lift import Lift, lift
from .models import Campaign, Grant, Journey, JourneyMessage
from .outcomes import (
    NOBODY,
    NOTHING,
    GroupOutcome,
    both_groups,
    outcomes_of,
    usual_bill,
    visits_by_campaign,
)

# A provider took them; of those that are unknown, perhaps.
SENT_STATES: Final = ("accepted", "delivered", "bounced", "complained", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCounts:
    """How the messages of a campaign went."""

    sent: int
    people: int  # who were sent one or more
    emails: int  # of those sent: only these can be seen to be opened
    delivered: int
    bounced: int
    complained: int
    opened: int
    clicked: int
    unsubscribed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Of all who came in by intention to treat; amounts in minor units."""

    treated: GroupOutcome
    held_out: GroupOutcome
    lift: Lift | None  # visits
    margin_lift: Lift | None  # gross margin less what was given
    margin_per_mille: int | None  # what the shop reckons with
    days_more: int | None
    margin_days: int | None
    variants: Lift | None  # B against A
    variant_a: GroupOutcome
    variant_b: GroupOutcome
    messages: MessageCounts
    gifts: int
    coupons: int
    redeemed: int
    cost: int  # what was taken off by its coupons, and its points

    @property
    def cost_per_visit(self) -> int | None:
        """For each visit more; None while nobody knows whether there are any."""
        if self.lift is None or not self._has_gain():
            return None
        return self._cost_at(self.lift.effect)

    @property
    def cost_bounds(self) -> tuple[int, int] | None:
        """Of that, from and to: as many visits more as the interval allows."""
        if self.lift is None or not self._has_gain():
            return None
        return self._cost_at(self.lift.high), self._cost_at(self.lift.low)

    def _has_gain(self) -> bool:
        return self.lift is not None and self.lift.is_known and self.lift.effect > 0

    def _cost_at(self, visits_each: float) -> int:
        return round(self.cost / (visits_each * self.treated.visits.people))

    def sentence(self) -> str:
        """The first number, or that it is not known yet."""
        return lift_sentence(self.lift)


def lift_sentence(known: Lift | None) -> str:
    """Extra visits per thousand with their interval, or why nobody knows yet."""
    if known is None:
        return _("Nobody is held out to compare with")
    if not known.is_known:
        return _("Not known yet: about %(count)s more people") % {
            "count": number_format(known.more or 0, use_l10n=True)
        }
    return _("%(effect)s extra visits per 1,000 (%(low)s to %(high)s)") % {
        "effect": per_thousand(known.effect),
        "low": per_thousand(known.low),
        "high": per_thousand(known.high),
    }


def per_thousand(each: float) -> str:
    """Of a thousand people, with its sign."""
    return f"{round(each * 1000):+d}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """One line about a campaign: whom it reached, and what it did."""

    reached: int
    lift: Lift | None


def summaries(
    campaigns: Collection[Campaign], *, at: datetime
) -> dict[int, CampaignSummary]:
    """For each of them that somebody came into, by one statement for all."""
    found = visits_by_campaign([campaign.pk for campaign in campaigns], at=at)
    return {
        pk: CampaignSummary(
            groups.get(True, NOBODY).people,
            lift(groups.get(True, NOBODY), groups.get(False, NOBODY)),
        )
        for pk, groups in found.items()
    }


def results(campaign: Campaign, *, at: datetime) -> Results:
    """What is known at a moment."""
    share = policies_selectors.in_force(ShopPolicy, at=at).gross_margin
    groups = outcomes_of(campaign, margin_per_mille=share or 0, at=at)
    treated, held_out = both_groups(groups)
    difference = lift(treated.visits, held_out.visits)
    margin = _margin_lift(campaign, treated, held_out, share)
    a, b = groups.get(Arm.A, NOTHING), groups.get(Arm.B, NOTHING)
    grants = Grant.objects.filter(campaign=campaign)
    coupons = grants.filter(coupon__isnull=False)
    used = CouponUse.objects.filter(
        coupon__in=coupons.values("coupon"), act=CouponAct.REDEEMED, undone_by=None
    ).aggregate(saved=Sum("saving", default=0), count=Count("coupon", distinct=True))
    points = grants.filter(coupon=None).aggregate(cost=Sum("cost", default=0))["cost"]
    return Results(
        treated=treated,
        held_out=held_out,
        lift=difference,
        margin_lift=margin,
        margin_per_mille=share,
        days_more=_days_more(campaign, difference, at),
        margin_days=_days_more(campaign, margin, at),
        variants=lift(b.visits, a.visits) if b.visits.people else None,
        variant_a=a,
        variant_b=b,
        messages=_messages(campaign),
        gifts=grants.count(),
        coupons=coupons.count(),
        redeemed=used["count"],
        cost=used["saved"] + points,
    )


def _margin_lift(
    campaign: Campaign,
    treated: GroupOutcome,
    held_out: GroupOutcome,
    share: int | None,
) -> Lift | None:
    """None where the shop tells no margin, or had no bill to measure it by."""
    unit = usual_bill(campaign) * (share or 0) / 1000
    if not unit:
        return None
    return lift(treated.margin, held_out.margin, unit=unit)


def _days_more(campaign: Campaign, known: Lift | None, at: datetime) -> int | None:
    """How long it takes, at the pace of the last thirty days, until that is known."""
    if known is None or known.more is None:
        return None
    since = at - timedelta(days=30)
    pace = Journey.objects.filter(campaign=campaign, entered_at__gt=since).count()
    return -(-known.more * 30 // pace) if pace else None


def _messages(campaign: Campaign) -> MessageCounts:
    mine = JourneyMessage.objects.filter(campaign=campaign)
    sent = mine.filter(message__state__in=SENT_STATES)
    counted = sent.values("message__state", "message__channel").annotate(
        count=Count("pk")
    )
    states: dict[str, int] = {}
    emails = 0
    for row in counted:
        state, count = row["message__state"], row["count"]
        states[state] = states.get(state, 0) + count
        emails += count if row["message__channel"] == "email" else 0
    events = _events(campaign)
    people = sent.aggregate(people=Count("message__member", distinct=True))["people"]
    return MessageCounts(
        sent=sum(states.values()),
        people=people,
        emails=emails,
        delivered=states.get("delivered", 0) + states.get("complained", 0),
        bounced=states.get("bounced", 0),
        complained=states.get("complained", 0),
        opened=events.get(MessageEvent.Kind.OPENED, 0),
        clicked=events.get(MessageEvent.Kind.CLICKED, 0),
        unsubscribed=events.get(MessageEvent.Kind.UNSUBSCRIBED, 0),
    )


def _events(campaign: Campaign) -> dict[str, int]:
    kinds = MessageEvent.Kind
    mine = JourneyMessage.objects.filter(campaign=campaign).values("message")
    counted = (
        MessageEvent.objects.filter(
            message__in=mine,
            kind__in=[kinds.OPENED, kinds.CLICKED, kinds.UNSUBSCRIBED],
        )
        .values("kind")
        .annotate(count=Count("message", distinct=True))
    )
    return {row["kind"]: row["count"] for row in counted}
