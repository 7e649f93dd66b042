"""Whom a campaign reaches now, and who is held back and why: one statement for both
the preview and the entry, so that what is shown is what is done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from coupons.kinds import Validity
from coupons.models import TemplateVersion
from members.models import Purpose

from . import selectors as campaigns_selectors
from .days import Days, Sql, today
from .kinds import SPARES_COMPLAINTS, CampaignKind, EntryRule, StepKind
from .models import Campaign, CampaignStep
from .occasions import select

MISSED_DAYS: Final = 3
GLOBAL_HOLDOUT_BP: Final = 500
# A birthday that was moved, or told in the other calendar, comes no second time; nor a
# tier that was left and reached again about the turn of a year.
BIRTHDAY_RESTS: Final = timedelta(days=300)

COMPLAINT = """EXISTS (SELECT FROM recognition_feedback f
  WHERE f.member_id = m.id AND f.state IN ('open', 'owned'))"""
CONSENT = """EXISTS (SELECT FROM members_consentnow c WHERE c.member_id = m.id
  AND c.granted AND c.purpose = ANY(%s) AND c.channel = ANY(%s))"""
INSIDE = """EXISTS (SELECT FROM campaigns_journey j WHERE j.campaign_id = %s
  AND j.member_id = m.id AND ({which}))"""
SAME_TIER = """j.period = due.period OR j.entered_at > %s
  AND split_part(j.period, ':', 2) = split_part(due.period, ':', 2)"""
ARM = f"""CASE
  WHEN %s AND campaigns_bucket(%s, due.member_id) < {GLOBAL_HOLDOUT_BP} THEN 'global'
  WHEN campaigns_bucket(%s, due.member_id) < %s THEN 'holdout'
  WHEN campaigns_bucket(%s, due.member_id) < %s THEN 'b' ELSE 'a' END"""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition in SQL with its parameters."""

    sql: str
    params: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The members of an occasion, and what keeps one of them out."""

    tables: Test  # `due` with member and period, `m` the member
    where: Test  # who belongs to the store and the segment
    inside: Test  # is in it already, or rests
    complaint: Test
    consent: Test  # may be written to


def steps_of(campaign: Campaign, *, version: int | None = None) -> list[CampaignStep]:
    """The steps of a version, in their order."""
    return list(
        CampaignStep.objects.filter(
            campaign=campaign, version=version or campaign.version
        )
        .select_related("template", "coupon_template")
        .order_by("position")
    )


def consents_for(steps: Iterable[CampaignStep]) -> tuple[list[str], list[str]]:
    """Which purposes and channels of the steps need a consent; nothing where none."""
    purposes, channels = set[str](), set[str]()
    for step in steps:
        if step.template is None or step.template.purpose == Purpose.TRANSACTIONAL:
            continue
        purposes.add(step.template.purpose)
        channels.update(step.channels)
    return sorted(purposes), sorted(channels)


def reach(
    campaign: Campaign,
    *,
    steps: Sequence[CampaignStep],
    days: Sequence[date],
    at: datetime,
) -> Reach:
    """Raises SegmentNeedsAttention."""
    sql, params = select(campaign, Days(at, days))
    tables = f"FROM ({sql}) due JOIN members_member m ON m.id = due.member_id"
    tests = ["m.status = 'active'"]
    more: list[Any] = []
    if campaign.store_id is not None:
        tests.append("m.home_store_id = %s")
        more.append(campaign.store_id)
    if campaign.segment is not None:
        inside, values = _segment(campaign, at)
        tests.append(f"m.id IN ({inside})")
        more += values
    purposes, channels = consents_for(steps)
    asks = bool(purposes)
    watches = campaign.kind in SPARES_COMPLAINTS
    return Reach(
        tables=Test(tables, params),
        where=Test(" AND ".join(tests), more),
        inside=_inside(campaign, at),
        complaint=Test(COMPLAINT) if watches else Test("false"),
        consent=Test(CONSENT, [purposes, channels]) if asks else Test("true"),
    )


def arm_of(campaign: Campaign, at: datetime) -> Test:
    """Into which group the buckets put a member."""
    return Test(
        ARM,
        [
            campaign.global_holdout,
            global_salt(at),
            campaign.salt,
            campaign.holdout_bp,
            f"{campaign.salt}:b",
            campaign.split_bp,
        ],
    )


def global_salt(at: datetime) -> str:
    """Another 5 % are held out of everything in each half of a year."""
    day = today(at)
    return f"global:{day.year}:{1 if day.month <= 6 else 2}"


def days_to_enter(
    campaign: Campaign, steps: Sequence[CampaignStep], at: datetime
) -> list[date]:
    """Today, and the days since all were last in it: three, or as long as its coupons
    would have been good.
    """
    last = today(at)
    if campaign.entered_at is None:
        return [last]
    most = max(MISSED_DAYS, _longest_validity(steps))
    missed = (last - today(campaign.entered_at)).days
    back = min(max(missed, 0), most)
    return [last - timedelta(days=ago) for ago in range(back, -1, -1)]


def _longest_validity(steps: Sequence[CampaignStep]) -> int:
    """Days for which a coupon given by one of the steps holds."""
    lasting = [0]
    for step in steps:
        if step.kind == StepKind.GIFT and step.coupon_template_id is not None:
            version = newest_terms(step.coupon_template_id)
            if version is not None and version.validity == Validity.DAYS:
                lasting.append(version.lasts_days or 0)
    return min(max(lasting), 366)


def newest_terms(coupon_template_id: int) -> TemplateVersion | None:
    """The terms on which a coupon is issued now."""
    return (
        TemplateVersion.objects.filter(template=coupon_template_id)
        .order_by("-number")
        .first()
    )


def _segment(campaign: Campaign, at: datetime) -> Sql:
    if campaign.segment is None:
        raise ValueError(campaign.pk)
    sql, params = campaigns_selectors.statement_of(
        campaign.segment, at=at, version=campaign.segment_version
    )
    return sql, list(params)


def _inside(campaign: Campaign, at: datetime) -> Test:
    """Whoever is in it for this period, came once and may come once, or rests."""
    pk = campaign.pk or 0
    if campaign.entry == EntryRule.ONCE:
        return Test(INSIDE.format(which="true"), [pk])
    if campaign.kind == CampaignKind.TIER_REACHED:
        return Test(INSIDE.format(which=SAME_TIER), [pk, at - BIRTHDAY_RESTS])
    if campaign.kind == CampaignKind.BIRTHDAY:
        rests = at - BIRTHDAY_RESTS
    elif campaign.entry == EntryRule.EACH_TIME:
        rests = at - timedelta(days=campaign.rest_days)
    else:
        return Test(INSIDE.format(which="j.period = due.period"), [pk])
    which = "j.period = due.period OR j.entered_at > %s"
    return Test(INSIDE.format(which=which), [pk, rests])
