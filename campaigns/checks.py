"""What is wrong with a campaign before it is saved or started, in sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from coupons.kinds import Validity
from coupons.models import CouponTemplate
from messaging import selectors as messaging_selectors

from . import selectors as campaigns_selectors
from .errors import CampaignRefused
from .kinds import (
    ENTRIES,
    MOST_STEPS,
    OCCASION_VALUES,
    VALUES,
    BirthdayTiming,
    CampaignKind,
    Repeats,
    StepKind,
)
from .models import Campaign, CampaignStep
from .reach import newest_terms

WAITS = (StepKind.WAIT, StepKind.WAIT_VISIT)
# A gift that is good for longer than this outlives what the law lets lapse.
LONGEST_GIFT = timedelta(days=3 * 366)


def check_saved(campaign: Campaign, steps: Sequence[CampaignStep]) -> None:
    """Raises CampaignRefused for what contradicts itself."""
    refuse(
        [
            *_wrong_head(campaign),
            *_wrong_budget(campaign),
            *_wrong_steps(campaign, steps),
        ]
    )


def check_start(
    campaign: Campaign, steps: Sequence[CampaignStep], *, at: datetime
) -> None:
    """Raises CampaignRefused for what could not be done if it ran from now on."""
    check_saved(campaign, steps)
    wrong = [*_wrong_templates(campaign, steps), *_wrong_coupons(steps, at=at)]
    if campaign.ends_at is not None and campaign.ends_at <= at:
        wrong.append(_("Its end lies in the past."))
    if not any(step.kind in {StepKind.MESSAGE, StepKind.GIFT} for step in steps):
        wrong.append(_("It neither writes nor gives anything."))
    if campaign.segment is not None:
        wrong += _wrong_segment(campaign, at=at)
    refuse(wrong)


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


def _wrong_coupons(steps: Sequence[CampaignStep], *, at: datetime) -> Iterator[str]:
    """A coupon that is over, or not issued, before it would be given."""
    for step in steps:
        if step.coupon_template is None:
            continue
        given_at = at + timedelta(
            days=sum(
                one.days or 0
                for one in steps
                if one.kind in WAITS and one.position < step.position
            )
        )
        yield from _wrong_coupon(step.coupon_template, given_at)


def _wrong_coupon(template: CouponTemplate, given_at: datetime) -> Iterator[str]:
    version = newest_terms(template.pk)
    if version is None or not template.is_open:
        yield _("“%(name)s” is not being issued.") % {"name": template.name}
        return
    ends = [template.issued_until]
    if version.validity == Validity.FIXED:
        ends.append(version.valid_until)
    if any(end is not None and end <= given_at for end in ends):
        yield _("“%(name)s” ends before it would be given.") % {"name": template.name}
    lasts = timedelta(days=version.lasts_days or 0)
    if version.validity == Validity.DAYS and lasts > LONGEST_GIFT:
        yield _("“%(name)s” is good for longer than three years.") % {
            "name": template.name
        }


def _wrong_segment(campaign: Campaign, *, at: datetime) -> list[str]:
    if campaign.segment is None:
        return []
    if not campaign.segment.is_active:
        return [_("The segment is not in use any more.")]
    if not campaigns_selectors.members_in(campaign.segment, at=at).exists():
        return [_("Nobody is in the segment.")]
    return []
