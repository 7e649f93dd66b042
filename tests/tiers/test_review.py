"""Up at once; kept, told, spared and lowered by the nightly review."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ledger import services as ledger_services
from members.models import Member
from stores.models import AuditEvent
from tests.factories.ledger import TODAY, an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.factories.tiers import TierFactory, a_ladder, grow, use_policy
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.models import Cause, Standing, StandingChange, Tier, TierReview

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture
def ladder() -> tuple[Tier, Tier, Tier]:
    return a_ladder()


def reach(member: Member, amount: int, *, at: datetime = NOON) -> None:
    """What the points app does: grant, and raise in the same transaction."""
    grow(member, amount, at=at)
    tiers_services.raise_if_reached_step(member_id=member.pk, at=at, by=an_act())


def review(at: datetime) -> TierReview:
    # The durable chunks of a real night, inside the test's own transaction.
    return tiers_services.review(at=at)


def night(until: datetime, *, minutes: int = 30) -> datetime:
    return until + timedelta(minutes=minutes)


def causes(member: Member) -> list[str]:
    rows = StandingChange.objects.filter(member=member).order_by("pk")
    return [row.cause for row in rows]


def code(member: Member) -> str | None:
    tier = tiers_selectors.standing(member.pk).tier
    return tier.code if tier else None


def test_a_tier_is_reached_at_once_and_skips_steps_on_the_way_up(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()

    reach(member, 999)
    assert code(member) is None
    assert not Standing.objects.exists()

    reach(member, 1)
    assert code(member) == "silver"

    reach(member, 19_000)
    standing = tiers_selectors.standing(member.pk)
    assert standing.tier == ladder[2]
    assert standing.since == NOON
    # Reached on 20 November 2026: kept to the end of 20 November 2027, in Shanghai.
    assert standing.kept_until == datetime(2027, 11, 20, 16, tzinfo=UTC)
    assert causes(member) == ["raised", "raised"]


def test_a_refund_lowers_the_metric_and_not_the_tier(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    granted = grow(member, 5_000)
    tiers_services.raise_if_reached_step(member_id=member.pk, at=NOON, by=an_act())
    later = NOON + A_DAY

    ledger_services.reverse_entry(
        entry_id=granted.entry_id, key="refund", at=later, act=an_act()
    )
    tiers_services.raise_if_reached_step(member_id=member.pk, at=later, by=an_act())
    review(later)

    assert tiers_selectors.growth(member.pk, at=later) == 0
    assert code(member) == "gold"
    assert causes(member) == ["raised"]


def test_down_one_step_after_notice_and_grace(ladder: tuple[Tier, Tier, Tier]) -> None:
    member = MemberFactory.create()
    reach(member, 20_000)
    ends = Standing.objects.get().kept_until
    assert ends is not None

    review(night(ends - timedelta(days=31)))
    assert causes(member) == ["raised"]

    review(night(ends - timedelta(days=30)))
    told = tiers_selectors.standing(member.pk)
    assert causes(member)[1:] == ["noticed"]
    assert told.notice_at == night(ends - timedelta(days=30))
    assert code(member) == "black"

    review(night(ends))
    standing = tiers_selectors.standing(member.pk)
    assert causes(member)[2:] == ["grace"]
    assert standing.grace_until == ends + timedelta(days=30)

    review(night(ends + timedelta(days=29)))
    assert code(member) == "black"

    review(night(ends + timedelta(days=30)))
    standing = tiers_selectors.standing(member.pk)
    assert causes(member)[3:] == ["lowered"]
    assert code(member) == "gold"  # one step, though nothing is left
    assert standing.notice_at is None
    assert standing.grace_until is None
    # The lower tier is kept for the period that began when the last one ended.
    assert standing.kept_until == datetime(2028, 11, 20, 16, tzinfo=UTC)


def test_who_has_enough_when_the_period_ends_keeps_the_tier(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    reach(member, 5_000)
    reach(member, 5_000, at=NOON + timedelta(days=200))
    ends = Standing.objects.get().kept_until
    assert ends is not None

    review(night(ends - timedelta(days=30)))
    review(night(ends))

    assert causes(member) == ["raised", "renewed"]
    assert Standing.objects.get().kept_until == datetime(2028, 11, 20, 16, tzinfo=UTC)


def test_a_notice_is_taken_back_when_there_is_enough_again(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    reach(member, 5_000)
    ends = Standing.objects.get().kept_until
    assert ends is not None
    review(night(ends - timedelta(days=30)))
    assert Standing.objects.get().notice_at is not None

    reach(member, 5_000, at=ends - timedelta(days=20))
    review(night(ends - timedelta(days=19)))
    assert Standing.objects.get().notice_at is None

    review(night(ends))
    assert causes(member) == ["raised", "noticed", "renewed"]


def test_earning_enough_in_the_grace_keeps_the_tier_at_once(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    reach(member, 5_000)
    ends = Standing.objects.get().kept_until
    assert ends is not None
    for days in (-30, 0):
        review(night(ends + timedelta(days=days)))

    reach(member, 5_000, at=ends + timedelta(days=10))

    standing = Standing.objects.get()
    assert causes(member) == ["raised", "noticed", "grace", "renewed"]
    assert standing.grace_until is None
    assert code(member) == "gold"


def test_nobody_falls_without_a_notice_that_has_stood(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    """The reviews of two months were missed: the notice comes first all the same."""
    member = MemberFactory.create()
    reach(member, 5_000)
    ends = Standing.objects.get().kept_until
    assert ends is not None
    late = night(ends + timedelta(days=60))

    review(late)
    assert causes(member) == ["raised", "grace"]
    assert Standing.objects.get().grace_until == late + timedelta(days=30)

    review(late + timedelta(days=31))
    assert code(member) == "silver"


def test_a_review_raises_whom_a_changed_ladder_lets_up(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    grow(member, 900)
    Tier.objects.filter(code="silver").update(threshold=800)

    assert review(NOON).raised == 1

    assert code(member) == "silver"


def test_nobody_new_reaches_a_tier_out_of_use(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    Tier.objects.filter(code="gold").update(is_active=False)

    reach(member, 6_000)

    assert code(member) == "silver"


def test_a_tier_for_everyone_is_there_before_anything_happened() -> None:
    base = Tier.objects.create(code="member", name_en="Member", rank=0, threshold=0)
    a_ladder()
    member = MemberFactory.create()

    assert tiers_selectors.standing(member.pk).tier == base
    reach(member, 1_000)
    assert code(member) == "silver"
    for days in (366, 400, 431 + 30):
        review(NOON + timedelta(days=days))

    standing = tiers_selectors.standing(member.pk)
    assert standing.tier == base
    assert standing.kept_until is None


def test_the_calendar_year_counts_what_its_last_day_took_away(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    """The lots expire with the year; whether they sufficed is asked of what expired."""
    use_policy("calendar_year")
    stays, goes = MemberFactory.create(), MemberFactory.create()
    for member in (stays, goes):
        reach(member, 5_000)  # in 2026: kept to the end of 2027
    reach(stays, 5_000, at=datetime(2027, 3, 1, tzinfo=UTC))
    reach(goes, 4_999, at=datetime(2027, 3, 1, tzinfo=UTC))
    new_year = datetime(2027, 12, 31, 16, tzinfo=UTC)
    assert set(Standing.objects.values_list("kept_until", flat=True)) == {new_year}

    review(night(new_year - timedelta(days=30)))
    ledger_services.expire_lots(
        at=new_year, business_date=TODAY, request_id="sweep", actor="system:test"
    )
    review(night(new_year))

    assert tiers_selectors.growth(stays.pk, at=night(new_year)) == 0
    assert causes(stays) == ["raised", "renewed"]
    assert causes(goes) == ["raised", "noticed", "grace"]
    kept = tiers_selectors.standing(stays.pk).kept_until
    assert kept == datetime(2028, 12, 31, 16, tzinfo=UTC)


def test_a_day_is_reviewed_once_however_often_it_is_asked_for(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    grow(member, 5_000)

    first = review(NOON)
    grow(member, 20_000)
    again = review(NOON + timedelta(hours=2))

    assert first.raised == again.raised == 1
    assert first.pk == again.pk
    assert again.at == NOON
    assert code(member) == "gold"


def test_a_review_begins_with_the_first_member_there_is(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    with connection.cursor() as cursor:  # numbers that imports and merges used up
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('members_member', 'id'), 900000)"
        )
    grow(MemberFactory.create(), 5_000)

    found = tiers_services.review(at=NOON, most_chunks=1)

    assert found.raised == 1
    assert found.finished_at == NOON


def test_every_change_names_the_rules_it_was_made_under(
    ladder: tuple[Tier, Tier, Tier],
) -> None:
    member = MemberFactory.create()
    policy = use_policy("anniversary")

    reach(member, 5_000)

    change = StandingChange.objects.get()
    assert change.policy == policy
    assert change.metric == 5_000
    assert change.cause == Cause.RAISED
    assert change.actor == "system:test"
    assert not AuditEvent.objects.exists()


def test_the_step_below_is_a_tier_that_is_earned_today() -> None:
    silver = TierFactory.create(rank=1, threshold=1_000)
    TierFactory.create(rank=2, threshold=None)
    TierFactory.create(rank=3, threshold=3_000, is_active=False)
    gold = TierFactory.create(rank=4, threshold=5_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower_id FROM tiers_ladder() WHERE id = %s", [gold.pk])
        assert cursor.fetchone() == (silver.pk,)
