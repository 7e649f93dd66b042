"""What came of a campaign: the lift first, then what was sent, used and spent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.kinds import CouponAct
from coupons.models import CouponUse
from messaging.models import MessageEvent

from .days import house_zone
from .kinds import CampaignState
from .lift import ArmCounts, Lift, lift
from .models import Campaign, Grant, Journey, JourneyMessage

WINDOW: Final = timedelta(days=30)  # visits so long after the entry are counted

# Everybody who came in, whatever became of them: the buckets put them there by chance.
GROUPS = """
SELECT j.campaign_id, j.arm IN ('a', 'b') AS treated, count(*),
       coalesce(sum(came.visits), 0),
       coalesce(sum(came.visits * came.visits), 0), coalesce(sum(came.spent), 0),
       count(*) FILTER (WHERE came.visits > 0)
  FROM campaigns_journey j
 CROSS JOIN LATERAL (
   SELECT count(*) AS visits, coalesce(sum(v.amount), 0) AS spent
     FROM recognition_visit v
    WHERE v.member_id = j.member_id AND v.voided_at IS NULL AND v.at > j.entered_at
      AND v.at <= least(j.entered_at + %s, %s)) came
 WHERE j.campaign_id = ANY(%s) AND j.entered_at <= %s
 GROUP BY 1, 2
"""
MONTHS = """
SELECT date_trunc('month', j.entered_at AT TIME ZONE %s)::date, j.arm IN ('a', 'b'),
       count(*), coalesce(sum(came.visits), 0)
  FROM campaigns_journey j
 CROSS JOIN LATERAL (
   SELECT count(*) AS visits FROM recognition_visit v
    WHERE v.member_id = j.member_id AND v.voided_at IS NULL AND v.at > j.entered_at
      AND v.at <= least(j.entered_at + %s, %s)) came
 WHERE j.campaign_id = %s GROUP BY 1, 2 ORDER BY 1, 2
"""
NOBODY: Final = ArmCounts(0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Of all who came in by intention to treat; amounts in minor units."""

    treated: ArmCounts
    held_out: ArmCounts
    spent: int  # by the treated within the window
    returned: int  # of the treated who came within the window
    lift: Lift | None
    days_more: int | None
    messages: dict[str, int]  # by state
    events: dict[str, int]  # opened, clicked, unsubscribed
    gifts: int
    redeemed: int
    cost: int  # what was taken off by its coupons, and its points
    is_running: bool

    @property
    def cost_per_visit(self) -> int | None:
        """For each visit more; None while nobody knows whether there are any."""
        if self.lift is None or not self.lift.is_known or self.lift.effect <= 0:
            return None
        return round(self.cost / (self.lift.effect * self.treated.people))

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
    return f"{round(each * 1000):+d}"


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """One line about a campaign: whom it reached, and what it did."""

    reached: int
    lift: Lift | None


def summaries(
    campaigns: Collection[Campaign], *, at: datetime
) -> dict[int, CampaignSummary]:
    """For each of them that somebody came into, by one statement for all."""
    arms: dict[int, dict[bool, ArmCounts]] = {}
    for row in _groups([campaign.pk for campaign in campaigns], at):
        arms.setdefault(row[0], {})[bool(row[1])] = _arm(row)
    return {
        pk: CampaignSummary(
            found.get(True, NOBODY).people,
            lift(found.get(True, NOBODY), found.get(False, NOBODY)),
        )
        for pk, found in arms.items()
    }


def _groups(campaign_ids: list[int], at: datetime) -> list[tuple[Any, ...]]:
    return _rows(GROUPS, [WINDOW, at, campaign_ids, at])


def _arm(row: tuple[Any, ...]) -> ArmCounts:
    return ArmCounts(int(row[2]), int(row[3]), int(row[4]))


def results(campaign: Campaign, *, at: datetime) -> Results:
    """What is known at a moment."""
    rows = _groups([campaign.pk], at)
    groups = {bool(row[1]): _arm(row) for row in rows}
    more = {bool(row[1]): (int(row[5]), int(row[6])) for row in rows}
    treated, held_out = groups.get(True, NOBODY), groups.get(False, NOBODY)
    difference = lift(treated, held_out)
    grants = Grant.objects.filter(campaign=campaign)
    coupons = grants.filter(coupon__isnull=False).values("coupon")
    used = CouponUse.objects.filter(
        coupon__in=coupons, act=CouponAct.REDEEMED, undone_by=None
    ).aggregate(saved=Sum("saving", default=0), count=Count("coupon", distinct=True))
    points = grants.filter(coupon=None).aggregate(cost=Sum("cost", default=0))["cost"]
    return Results(
        treated=treated,
        held_out=held_out,
        spent=more.get(True, (0, 0))[0],
        returned=more.get(True, (0, 0))[1],
        lift=difference,
        days_more=_days_more(campaign, difference, at),
        messages=_messages(campaign),
        events=_events(campaign),
        gifts=grants.count(),
        redeemed=used["count"],
        cost=used["saved"] + points,
        is_running=campaign.state == CampaignState.RUNNING,
    )


@dataclass(frozen=True, slots=True)
class Month:
    """Those who came in in a month: visits for each thousand of them."""

    begins: date
    people: int
    held_out: int
    visits: int
    visits_held_out: int


def months(campaign: Campaign, *, at: datetime) -> list[Month]:
    """By month of entry, the oldest first."""
    found: dict[date, dict[bool, tuple[int, int]]] = {}
    rows = _rows(MONTHS, [str(house_zone()), WINDOW, at, campaign.pk])
    for begins, treated, people, visits in rows:
        found.setdefault(begins, {})[bool(treated)] = (int(people), int(visits))
    none = (0, 0)
    return [
        Month(
            begins,
            groups.get(True, none)[0],
            groups.get(False, none)[0],
            groups.get(True, none)[1],
            groups.get(False, none)[1],
        )
        for begins, groups in sorted(found.items())
    ]


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _days_more(campaign: Campaign, known: Lift | None, at: datetime) -> int | None:
    """How long it takes, at the pace of the last thirty days, until that is known."""
    if known is None or known.more is None:
        return None
    since = at - timedelta(days=30)
    pace = Journey.objects.filter(campaign=campaign, entered_at__gt=since).count()
    return -(-known.more * 30 // pace) if pace else None


def _messages(campaign: Campaign) -> dict[str, int]:
    counted = (
        JourneyMessage.objects.filter(campaign=campaign)
        .values("message__state")
        .annotate(count=Count("pk"))
    )
    return {row["message__state"]: row["count"] for row in counted}


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


SENT_STATES: Final = ("accepted", "delivered", "bounced", "complained", "unknown")
TITLES: Final = {
    "sent": gettext_lazy("Sent"),
    "delivered": gettext_lazy("Delivered"),
    "bounced": gettext_lazy("Came back"),
    "complained": gettext_lazy("Reported as spam"),
    "opened": gettext_lazy("Opened (machines included)"),
    "clicked": gettext_lazy("Links opened"),
    "unsubscribed": gettext_lazy("Unsubscribed"),
}
