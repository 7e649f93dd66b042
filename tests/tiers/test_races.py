"""The review beside the till, killed in the middle, and twice at once."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from members.models import Member
from tests import rendezvous
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import TierFactory, grow, in_grace
from tests.ledger.racing import execute, race, refusals
from tiers import services as tiers_services
from tiers.models import Standing, StandingChange, Tier, TierGrant, TierReview

pytestmark = pytest.mark.django_db(transaction=True)
# By its name: the package gives its function the same one.
review_module = importlib.import_module("tiers.services.review")


def test_a_review_killed_in_the_middle_goes_on_and_ends_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    members, at = in_grace(members=9)
    real = review_module._review_range
    lowered: list[int] = []  # in each chunk with someone in it

    def dies(first: int, last: int, **facts: Any) -> Any:
        found = real(first, last, **facts)
        if found.lowered:
            if len(lowered) == 2:
                raise KeyboardInterrupt
            lowered.append(found.lowered)
        return found

    monkeypatch.setattr(review_module, "_review_range", dies)
    with pytest.raises(KeyboardInterrupt):
        tiers_services.review(at=at, chunk=2)
    monkeypatch.setattr(review_module, "_review_range", real)
    left = TierReview.objects.get()
    assert left.finished_at is None
    # Two chunks with someone in them; the third was undone with its transaction.
    assert left.lowered == sum(lowered)
    assert StandingChange.objects.count() == left.lowered

    done = tiers_services.review(at=at + timedelta(hours=1), chunk=3)
    again = tiers_services.review(at=at + timedelta(hours=2), chunk=3)

    assert done.lowered == again.lowered == len(members)
    assert StandingChange.objects.count() == len(members)
    # All of it as of the moment that it began with.
    assert set(StandingChange.objects.values_list("at", flat=True)) == {at}


def test_reviewers_at_once_share_the_work_and_double_nothing() -> None:
    members, at = in_grace(members=30)

    outcomes = race(lambda _n: tiers_services.review(at=at, chunk=2), runners=6)

    assert refusals(outcomes) == []
    assert TierReview.objects.get().lowered == len(members)
    assert StandingChange.objects.filter(cause="lowered").count() == len(members)


def test_a_grant_and_the_review_end_the_same_in_either_order() -> None:
    """Whoever comes first: enough growth value at the end of the race keeps gold."""
    members, at = in_grace(members=10)

    def work(number: int) -> None:
        if number < 2:
            tiers_services.review(at=at, chunk=1)
            return
        for member in members[number % 5 :: 5]:
            with transaction.atomic():
                grow(member, 1_000, at=at)
                tiers_services.raise_if_reached_step(
                    member_id=member.pk, at=at, by=an_act()
                )

    outcomes = race(work, runners=27)  # five grants of 1,000 for each member

    assert refusals(outcomes) == []
    tiers = Standing.objects.values_list("tier__code", flat=True)
    assert list(tiers) == ["gold"] * len(members)


def review_while_a_till_grants(member: Member, at: datetime) -> None:
    """A till has granted growth value, and is not done yet."""

    def grant() -> None:
        with transaction.atomic():
            grow(member, 5_000, at=at)
            tiers_services.raise_if_reached_step(
                member_id=member.pk, at=at, by=an_act()
            )
            rendezvous.meet()

    def review() -> None:
        rendezvous.see_somebody()
        tiers_services.review(at=at)

    outcomes = race(lambda n: review() if n else grant(), runners=2)
    assert refusals(outcomes) == []


def test_the_review_waits_for_a_till_and_sees_what_it_granted() -> None:
    (member,), at = in_grace()

    review_while_a_till_grants(member, at)

    standing = Standing.objects.get()
    assert standing.tier is not None
    assert standing.tier.code == "gold"
    assert [row.cause for row in StandingChange.objects.all()] == ["renewed"]


@contextmanager
def without_the_lock() -> Iterator[None]:
    """The review as it would be if it locked nothing before it counts."""
    file = Path(settings.BASE_DIR) / "tiers" / "sql" / "review.sql"
    original = file.read_text(encoding="utf-8")
    guard = "       FOR NO KEY UPDATE OF s  -- guard: standings\n"
    assert original.count(guard) == 1
    execute(original.replace(guard, ""))
    try:
        yield
    finally:
        execute(original)


def test_without_the_lock_a_tier_is_lost_that_was_just_kept() -> None:
    """Guard off: what the review counted before the till was done is what it does."""
    (member,), at = in_grace()

    with without_the_lock():
        review_while_a_till_grants(member, at)

    causes = sorted(row.cause for row in StandingChange.objects.all())
    assert causes == ["lowered", "renewed"]


def test_a_tier_is_sold_once_for_a_key_however_many_send_it() -> None:
    store = StoreFactory.create()
    plus = TierFactory.create(price=99_00, validity_months=1, rank=9)
    member = MemberFactory.create()

    outcomes = race(
        lambda _n: tiers_services.buy_tier(
            tier_id=plus.pk,
            member_id=member.pk,
            tender="cash",
            key="same",
            by=an_act(store_id=store.pk),
            at=NOON,
        )
    )

    assert refusals(outcomes) == []
    assert TierGrant.objects.count() == 1
    assert Tier.objects.count() == 1
