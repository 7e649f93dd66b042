"""Up at once; kept, told and lowered in the night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min

from common.text import one_line
from ledger.services import Act
from members.models import Member
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.errors import ReasonMissing
from tiers.models import TierPolicy, TierReview

CHUNK: Final = 2_000  # members in one transaction: a till waits for no more
AT_ONCE: Final = 25  # chunks while somebody waits for the page
REVIEWER: Final = "system:tiers"
REVIEW_MEMBERS: Final = "SELECT * FROM tiers_review_members(%s, %s, %s, %s, %s, %s)"
REVIEW: Final = "SELECT * FROM tiers_review_range(%s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a review found in a range of members."""

    raised: int
    renewed: int
    noticed: int
    graced: int
    lowered: int
    lapsed: int


def raise_if_reached_step(*, member_id: int, at: datetime, by: Act) -> bool:
    """A step of what granted growth value: let the member have the tier it reaches.

    One in grace who has enough again keeps the tier. Never lowers. Whether anything
    changed; the row of the member's standing stays locked until the caller's end.
    """
    policy = policies_selectors.in_force(TierPolicy, at=at)
    found = _review_range(
        member_id, member_id, at=at, policy=policy, actor=by.actor, only_up=True
    )
    return found.raised + found.renewed + found.lapsed > 0


def raise_reached_step(*, member_ids: Sequence[int], at: datetime, by: Act) -> int:
    """A step of what granted growth value to many at once: as for one of them.

    How many members have another tier, or keep theirs. Their rows stay locked until the
    caller's end.
    """
    policy = policies_selectors.in_force(TierPolicy, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            REVIEW_MEMBERS,
            [list(member_ids), at, policy.pk, settings.TIME_ZONE, by.actor, True],
        )
        found = Found(*cursor.fetchone())
    return found.raised + found.renewed


def review_now(*, reason: str, by: Act, at: datetime) -> TierReview:
    """The nightly review by hand, for the day that `at` is in: as far as one may wait.

    Goes on where the day's review is; `finished_at` tells whether it is done, else the
    task does the rest. Raises NotAllowed, ReasonMissing.
    """
    stores_services.require_for(by, "tiers.review_tiers")
    said = one_line(reason, 200)
    if not said:
        raise ReasonMissing
    progress = review(at=at, most_chunks=AT_ONCE)
    stores_services.record_act(
        name="tiers.reviewed",
        by=by,
        at=at,
        subject=progress,
        facts={"reason": said, "done_to": progress.done_to},
    )
    return progress


def review(
    *, at: datetime, chunk: int = CHUNK, most_chunks: int | None = None
) -> TierReview:
    """Review every member for the day that `at` is in: once, in resumable chunks.

    Each chunk is a transaction of its own, with its progress. Killed anywhere and
    called again it goes on where it was, with the moment and rules it began with;
    called after it has finished, it answers with what was found. Two at once share
    the work.
    """
    progress = _begin(at)
    done = 0
    while progress.finished_at is None and done != most_chunks:
        progress = _next_chunk(progress.pk, at=at, chunk=chunk)
        done += 1
    return progress


def _begin(at: datetime) -> TierReview:
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    ends = Member.objects.aggregate(first=Min("pk"), last=Max("pk"))
    policy = policies_selectors.in_force(TierPolicy, at=at)
    progress, _made = TierReview.objects.get_or_create(
        day=day,
        defaults={
            "at": at,
            "policy": policy,
            "done_to": (ends["first"] or 1) - 1,
            "last": ends["last"] or 0,
        },
    )
    return progress


@transaction.atomic(durable=True)
def _next_chunk(progress_id: int, *, at: datetime, chunk: int) -> TierReview:
    progress = (
        TierReview.objects.select_for_update(of=("self",), no_key=True)
        .select_related("policy")
        .get(pk=progress_id)
    )
    if progress.finished_at is not None:
        return progress
    until = min(progress.done_to + chunk, progress.last)
    found = _review_range(
        progress.done_to + 1,
        until,
        at=progress.at,
        policy=progress.policy,
        actor=REVIEWER,
        only_up=False,
    )
    progress.done_to = until
    progress.finished_at = at if until == progress.last else None
    for name in Found.__slots__:
        setattr(progress, name, getattr(progress, name) + getattr(found, name))
    progress.save(update_fields=["done_to", "finished_at", *Found.__slots__])
    return progress


def _review_range(
    first: int,
    last: int,
    *,
    at: datetime,
    policy: TierPolicy,
    actor: str,
    only_up: bool,
) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(
            REVIEW, [first, last, at, policy.pk, settings.TIME_ZONE, actor, only_up]
        )
        return Found(*cursor.fetchone())
