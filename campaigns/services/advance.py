"""The next steps of journeys that are due: gift, message and next step at once.

Everything a step does is one transaction under the journeys' locks: whoever dies in it
has done nothing, and whoever comes after does it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from campaigns.journeys import DueJourney
from campaigns.kinds import CampaignState, JourneyOutcome, StepKind
from campaigns.models import Campaign, CampaignStep, Journey
from campaigns.reach import steps_of
from common.errors import DomainError
from ledger.services import Act
from stores import services as stores_services

from .ends import ends_of
from .gifts import BudgetUsedUp, GiftsPaused, give
from .locks import lock_journeys, lock_steps
from .moves import Move, write
from .pause import pause_step
from .words import write_to

CHUNK: Final = 5_000
RETRIES: Final = 5  # of a chunk in which a random code of a coupon was taken already
BUSY: Final = (CampaignState.RUNNING, CampaignState.STOPPED)


def advance_due(*, campaign_id: int, at: datetime, chunk: int = CHUNK) -> int:
    """Do what is due in a campaign, chunk by chunk; how many journeys went on.

    To be called outside of a transaction; two at once take different journeys.
    """
    total = 0
    while True:
        try:
            done = _retried(campaign_id, at, chunk, None)
        except GiftsPaused as paused:
            pause_step(campaign_id=campaign_id, because=str(paused), at=at)
            return total
        except DomainError:
            done = _one_by_one(campaign_id, at, chunk)
        total += done
        if done < chunk:
            return total


def _one_by_one(campaign_id: int, at: datetime, chunk: int) -> int:
    """One of them cannot be helped: the others are, and that one is set aside."""
    due = Journey.objects.filter(campaign=campaign_id, due_at__lte=at)
    done = 0
    for pk in due.order_by("due_at", "pk").values_list("pk", flat=True)[:chunk]:
        try:
            done += _retried(campaign_id, at, 1, pk)
        except GiftsPaused:
            raise
        except DomainError as refusal:
            _set_aside(pk, refusal, at)
            done += 1
    return done


@transaction.atomic
def _set_aside(journey_id: int, refusal: DomainError, at: datetime) -> None:
    waiting = Journey.objects.filter(pk=journey_id, due_at__isnull=False)
    journey = next(iter(lock_journeys(waiting, most=1)), None)
    if journey is None:
        return
    write([Move.end(journey, JourneyOutcome.FAILED)], at=at)
    stores_services.record_act(
        name="campaigns.journey_failed",
        by=stores_services.act(task="campaigns", at=at),
        at=at,
        subject=Journey.objects.get(pk=journey.pk),
        facts={"member": journey.member_id, "code": refusal.code},
    )


def _retried(campaign_id: int, at: datetime, chunk: int, only: int | None) -> int:
    for attempt in range(RETRIES):
        try:
            with transaction.atomic():
                return _advance_chunk(campaign_id, at, chunk, only)
        except BudgetUsedUp as used_up:
            # What the budget still pays for is given; the campaign then waits.
            with transaction.atomic():
                done = _advance_chunk(campaign_id, at, used_up.pieces, only)
                pause_step(campaign_id=campaign_id, because=str(used_up), at=at)
            return done
        except IntegrityError as taken:
            if "coupons_coupon_code_once" not in str(taken) or attempt + 1 == RETRIES:
                raise
    raise AssertionError  # the last attempt returns or raises


def _advance_chunk(campaign_id: int, at: datetime, chunk: int, only: int | None) -> int:
    campaign = lock_steps(campaign_id)
    if campaign is None or campaign.state not in BUSY or chunk < 1:
        return 0
    journeys = _due(campaign, at, chunk, only)
    if not journeys:
        return 0
    by = stores_services.act(task="campaigns", at=at)
    if campaign.state == CampaignState.STOPPED:
        moves = [Move.end(one, JourneyOutcome.STOPPED) for one in journeys]
    else:
        moves = _go_on(campaign, journeys, by=by, at=at)
    write(moves, at=at)
    return len(journeys)


def _due(
    campaign: Campaign, at: datetime, chunk: int, only: int | None
) -> list[DueJourney]:
    """Journeys to go on with, one for each member: two never meet in one statement."""
    due = Journey.objects.filter(campaign=campaign, due_at__isnull=False)
    # Of one that was stopped all are over, whenever they would have been due.
    if campaign.state != CampaignState.STOPPED:
        due = due.filter(due_at__lte=at)
    if only is not None:
        due = due.filter(pk=only)
    first: dict[int, DueJourney] = {}
    for journey in lock_journeys(due, most=chunk):
        first.setdefault(journey.member_id, journey)
    return sorted(first.values(), key=lambda journey: journey.member_id)


def _go_on(
    campaign: Campaign, journeys: Sequence[DueJourney], *, by: Act, at: datetime
) -> list[Move]:
    """What becomes of each: over, or so far as a wait or its end."""
    plans = {
        version: steps_of(campaign, version=version)
        for version in {journey.version for journey in journeys}
    }
    over = ends_of(campaign, journeys, plans, at=at)
    moves = [Move.end(one, over[one.pk]) for one in journeys if one.pk in over]
    going = [Move.start(one) for one in journeys if one.pk not in over]
    for version, steps in plans.items():
        mine = [move for move in going if move.journey.version == version]
        for step in steps:
            here = [move for move in mine if move.is_at(step)]
            _do(campaign, step, here, by=by, at=at)
        for move in mine:
            move.finish()
    return [*moves, *going]


def _do(
    campaign: Campaign,
    step: CampaignStep,
    moves: Sequence[Move],
    *,
    by: Act,
    at: datetime,
) -> None:
    mine = [move for move in moves if step.arm in ("", move.journey.arm)]
    if mine and step.kind == StepKind.GIFT:
        give(campaign, step, mine, by=by, at=at)
    elif mine and step.kind == StepKind.MESSAGE:
        write_to(campaign, step, mine, at=at)
    for move in moves:
        if move.is_over:
            continue
        if step.arm not in ("", move.journey.arm):
            move.pass_by(step)
        elif step.kind in {StepKind.WAIT, StepKind.WAIT_VISIT}:
            move.wait(step, at + timedelta(days=step.days or 1))
        elif step.kind == StepKind.STOP:
            move.end_with(JourneyOutcome.DONE)
        else:
            move.pass_by(step)
