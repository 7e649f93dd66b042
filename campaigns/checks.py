"""What is wrong with a campaign before it is saved or started, in sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from common.months import A_DAY, add_months, midnight
from coupons.models import CouponTemplate
from coupons.rules import valid_period
from members.models import Member
from messaging import selectors as messaging_selectors
from policies import selectors as policies_selectors

from . import selectors as campaigns_selectors
from .days import house_zone, today
from .errors import CampaignRefused, EverybodyUnconfirmed
from .kinds import (
    ENTRIES,
    MOST_STEPS,
    OCCASION_VALUES,
    TO_EVERYBODY,
    VALUES,
    BirthdayTiming,
    CampaignKind,
    Repeats,
    StepKind,
)
from .models import Campaign, CampaignStep
from .reach import newest_terms

WAITS = (StepKind.WAIT, StepKind.WAIT_VISIT)


def check_saved(
    campaign: Campaign, steps: Sequence[CampaignStep], *, at: datetime
) -> None:
    """Raises CampaignRefused for what contradicts itself or could not be done.

    Asked when it is saved, and again when it starts: what it names may have changed.
    """
    wrong = [
        *_wrong_head(campaign),
        *_wrong_budget(campaign),
        *_wrong_steps(campaign, steps),
        *_wrong_templates(campaign, steps),
        *_wrong_coupons(campaign, steps, at=at),
    ]
    if campaign.ends_at is not None and campaign.ends_at <= at:
        wrong.append(_("Its end lies in the past."))
    if steps and not any(
        step.kind in {StepKind.MESSAGE, StepKind.GIFT} for step in steps
    ):
        wrong.append(_("It neither writes nor gives anything."))
    refuse([*wrong, *_wrong_segment(campaign, at=at)])


def means_all(campaign: Campaign, *, at: datetime) -> bool:
    """Whether it goes to every member: without a segment, or with one that has all.

    Raises SegmentNeedsAttention.
    """
    if campaign.kind not in TO_EVERYBODY:
        return False
    if campaign.segment is None:
        return True
    members = Member.objects.filter(status=Member.Status.ACTIVE)
    if campaign.store_id is not None:
        members = members.filter(home_store=campaign.store_id)
    meant = campaigns_selectors.members_in(campaign.segment, at=at)
    return not members.exclude(pk__in=meant.values("pk")).exists()


def check_everybody(
    campaign: Campaign, *, is_meant: bool, members: int | None = None, at: datetime
) -> None:
    """Raises EverybodyUnconfirmed where it goes to every member and nobody said so."""
    if is_meant or not means_all(campaign, at=at):
        return
    if members is None:
        members = Member.objects.filter(status=Member.Status.ACTIVE).count()
    raise EverybodyUnconfirmed(members)


def refuse(sentences: Sequence[str]) -> None:
    """Raises CampaignRefused where there are any."""
    if sentences:
        raise CampaignRefused(list(dict.fromkeys(sentences)))


def _wrong_head(campaign: Campaign) -> Iterator[str]:
    if not campaign.name.strip() or "\x00" in campaign.name + campaign.note:
        yield _("Give the campaign a name.")
    if campaign.entry not in ENTRIES.get(campaign.kind, ()):
        yield _("Nobody can come into such a campaign that often.")
    begins, ends = campaign.starts_at, campaign.ends_at
    if begins is not None and ends is not None and ends <= begins:
        yield _("It would end before it begins.")
    yield from _wrong_occasion(campaign)
    other = campaign.segment and campaign.segment.store_id
    if campaign.segment is not None and other not in {None, campaign.store_id}:
        yield _("The segment belongs to another store.")


def _wrong_occasion(campaign: Campaign) -> Iterator[str]:
    is_birthday = campaign.kind == CampaignKind.BIRTHDAY
    before = campaign.timing == BirthdayTiming.DAYS_BEFORE
    if is_birthday and before and not campaign.days_before:
        yield _("Say how many days before the birthday.")
    if campaign.kind == CampaignKind.BALANCE_LOW and campaign.balance_below is None:
        yield _("Say below which balance it writes.")
    if campaign.kind == CampaignKind.EXPIRING and 0 < campaign.days_before < 8:
        yield _("A weekly digest looks at least eight days ahead.")
    is_weekly = campaign.repeats == Repeats.WEEKLY
    if (
        campaign.kind == CampaignKind.REPEATING
        and is_weekly
        and campaign.repeat_day > 7
    ):
        yield _("A week has seven days: 1 is Monday, 7 Sunday.")


def _wrong_budget(campaign: Campaign) -> Iterator[str]:
    if campaign.budget == 0 or campaign.budget_pieces == 0:
        yield _("A budget of nothing gives nothing.")
    if campaign.budget is not None and campaign.budget < campaign.spent:
        yield _("More than this budget has been given already.")
    if (
        campaign.budget_pieces is not None
        and campaign.budget_pieces < campaign.spent_pieces
    ):
        yield _("More gifts than that have been given already.")


def _wrong_steps(campaign: Campaign, steps: Sequence[CampaignStep]) -> Iterator[str]:
    if not 1 <= len(steps) <= MOST_STEPS:
        yield _("A campaign has one to five steps.")
    for step in steps:
        if step.arm == "b" and not campaign.split_bp:
            yield _("A step is for variant B, which gets nobody.")
    last = steps[-1] if steps else None
    if last is not None and last.kind in WAITS:
        yield _("The last step waits for nothing that comes after it.")
    first = next((one for one in steps if one.kind not in WAITS), None)
    if (
        campaign.kind == CampaignKind.WIN_BACK
        and first is not None
        and first.kind == StepKind.GIFT
    ):
        yield _("A win-back begins with a reminder, without a gift.")


def _wrong_templates(
    campaign: Campaign, steps: Sequence[CampaignStep]
) -> Iterator[str]:
    """A message says only what the occasion, or a gift before it, has made known."""
    told = OCCASION_VALUES.get(campaign.kind, {})
    codes = {step.template.code for step in steps if step.template is not None}
    versions = messaging_selectors.current_versions(codes)
    for step in steps:
        if step.template is None:
            continue
        version = versions.get(step.template.code)
        if version is None:
            yield _("“%(name)s” is not in use.") % {"name": step.template.name}
            continue
        given = _known_before(step, steps)
        known = told | {name: VALUES[name] for name in given}
        for name, kind in sorted(version.values.items()):
            if known.get(name) != kind:
                yield _("“%(template)s” asks for “%(value)s”, which is not known.") % {
                    "template": step.template.name,
                    "value": name,
                }
        spoken = {text.channel for text in version.texts.all()}
        if set(step.channels) - spoken:
            yield _("“%(name)s” has no words for one of its channels.") % {
                "name": step.template.name
            }


def _known_before(step: CampaignStep, steps: Sequence[CampaignStep]) -> set[str]:
    """Values that every reader of the step has by then."""
    known: set[str] = set()
    for other in steps:
        reaches = other.arm in ("", step.arm)
        if other.position >= step.position or not reaches:
            continue
        if other.kind == StepKind.GIFT:
            known |= {"points"} if other.points else {"coupon", "until"}
    return known


def _wrong_coupons(
    campaign: Campaign, steps: Sequence[CampaignStep], *, at: datetime
) -> Iterator[str]:
    """A coupon that is over, or not issued, before it is given or told of."""
    begins = max(at, campaign.starts_at or at)
    for step in steps:
        if step.coupon_template is None:
            continue
        given_at = begins + _waited(steps, before=step)
        yield from _wrong_coupon(step.coupon_template, given_at)
        version = newest_terms(step.coupon_template.pk)
        if version is None:
            continue
        _from, until = valid_period(version, at=given_at, zone=house_zone())
        if any(
            begins + _waited(steps, before=told) >= until
            for told in _telling_of(step, steps)
        ):
            yield _("“%(name)s” ends before the message that tells of it leaves.") % {
                "name": step.coupon_template.name
            }


def _waited(steps: Sequence[CampaignStep], *, before: CampaignStep) -> timedelta:
    """How long whoever waits for nobody's visit takes to come to a step."""
    return timedelta(
        days=sum(
            one.days or 0
            for one in steps
            if one.kind in WAITS and one.position < before.position
        )
    )


def _telling_of(
    gift: CampaignStep, steps: Sequence[CampaignStep]
) -> Iterator[CampaignStep]:
    """The messages that name this coupon: those before the next one is given."""
    versions = messaging_selectors.current_versions(
        {step.template.code for step in steps if step.template is not None}
    )
    for step in steps:
        if step.position <= gift.position or step.arm not in ("", gift.arm):
            continue
        if step.coupon_template is not None and step.arm in ("", gift.arm):
            return
        version = versions.get(step.template.code) if step.template else None
        if version is not None and {"coupon", "until"} & set(version.values):
            yield step


def _wrong_coupon(template: CouponTemplate, given_at: datetime) -> Iterator[str]:
    version = newest_terms(template.pk)
    if version is None or not template.is_open:
        yield _("“%(name)s” is not being issued.") % {"name": template.name}
        return
    begins, until = valid_period(version, at=given_at, zone=house_zone())
    if until <= given_at or (
        template.issued_until is not None and template.issued_until <= given_at
    ):
        yield _("“%(name)s” ends before it would be given.") % {"name": template.name}
    months = policies_selectors.profile(at=given_at).claim_lapses_after_months
    if months is None:
        return
    first = today(max(begins, given_at))
    if until > midnight(add_months(first, months) + A_DAY, house_zone()):
        yield _(
            "“%(name)s” is good for longer than the law lets it be claimed "
            "(%(months)s months)."
        ) % {"name": template.name, "months": months}


def _wrong_segment(campaign: Campaign, *, at: datetime) -> list[str]:
    if campaign.segment is None:
        return []
    if not campaign.segment.is_active:
        return [_("The segment is not in use any more.")]
    if not campaigns_selectors.members_in(campaign.segment, at=at).exists():
        return [_("Nobody is in the segment.")]
    return []
