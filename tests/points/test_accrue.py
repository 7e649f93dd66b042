"""Crediting a sale: once for its key, into the right accounts, with its reasons."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger import services as ledger_services
from ledger.errors import AccountFrozen, IdempotencyConflict
from points import services as points_services
from points.earning import Bought, Tender
from points.errors import BillRefused, MemberNotActive
from points.expiry import expires_at
from points.models import Accrual, PointsPolicy
from points.services.holding import holding_of
from stores import services as stores_services
from stores.errors import NotAllowed
from tests.factories.ledger import NOON, an_act, everything
from tests.factories.members import MemberFactory
from tests.factories.points import (
    RuleFactory,
    a_policy,
    debt_of,
    growth_of,
    holding,
    pending_of,
    points_of,
    sale,
    usable_of,
)
from tests.factories.stores import ShiftFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_sale_credits_points_and_growth_value() -> None:
    member = MemberFactory.create()
    RuleFactory.create(name="Double")

    row = sale(member, 123_45, reference="bill 7")

    assert (row.points, row.growth) == (246, 123)
    assert (points_of(member), growth_of(member)) == (246, 123)
    assert [step["name"] for step in row.why if step["programme"] == "points"] == [
        "",
        "Double",
    ]
    # Twelve months after, to the end of the month.
    assert row.expires_at == datetime(2027, 11, 30, 16, 0, tzinfo=UTC)
    assert ledger_services.prove_books().is_proven


def test_a_slip_sent_twice_credits_once_and_another_under_its_key_is_refused() -> None:
    member = MemberFactory.create()

    first = sale(member, 100_00, key="slip")
    again = sale(member, 100_00, key="slip")
    with pytest.raises(IdempotencyConflict):
        sale(member, 200_00, key="slip")

    assert again == first
    assert points_of(member) == 100
    assert Accrual.objects.count() == 1


def test_a_sale_that_earns_nothing_is_kept_and_posts_nothing() -> None:
    member = MemberFactory.create()

    row = sale(member, 50, key="small")

    assert (row.points, row.growth, row.entry_id) == (0, 0, None)
    assert sale(member, 50, key="small") == row


@pytest.mark.parametrize(
    ("lines", "paid"),
    [
        ([], {}),
        ([Bought(amount=0)], {Tender.MONEY: 0}),
        ([Bought(amount=100)], {Tender.MONEY: 99}),
        ([Bought(amount=-5), Bought(amount=105)], {Tender.MONEY: 100}),
        ([Bought(amount=100)], {Tender.MONEY: 200, Tender.BONUS: -100}),
        ([Bought(amount=10**16)], {Tender.MONEY: 10**16}),
        ([Bought(amount=100, category="\x00")], {Tender.MONEY: 100}),
    ],
)
def test_a_bill_that_does_not_agree_is_refused(
    lines: list[Bought], paid: dict[Tender, int]
) -> None:
    member = MemberFactory.create()
    before = everything()

    with pytest.raises(BillRefused):
        points_services.accrue(
            member_id=member.pk, lines=lines, paid=paid, by=an_act(), at=NOON, key="bad"
        )

    assert everything() == before
    assert not Accrual.objects.exists()


def test_a_merged_member_earns_nothing() -> None:
    there = MemberFactory.create()
    gone = MemberFactory.create()
    type(gone).objects.filter(pk=gone.pk).update(
        status="merged", merged_into=there, ended_at=NOON
    )
    with pytest.raises(MemberNotActive):
        sale(gone, 100_00)
    assert not Accrual.objects.exists()


def test_who_may_not_credit_is_refused() -> None:
    shift = ShiftFactory.create()
    member = MemberFactory.create()
    before = everything()
    for role, may in (("marketing", False), ("cashier", True)):
        person = UserFactory.holding(role, store=shift.store)
        act = stores_services.act(at=NOON, staff=person, shift=shift)
        if may:
            assert sale(member, 100_00, by=act).points == 100
        else:
            with pytest.raises(NotAllowed):
                sale(member, 100_00, by=act)
            assert everything() == before


def test_the_caps_of_a_day_and_a_month_count_what_refunds_left() -> None:
    a_policy(most_per_day=150, most_per_month=200)
    member = MemberFactory.create()

    assert sale(member, 100_00).points == 100
    second = sale(member, 100_00)
    assert second.points == 50
    assert sale(member, 100_00).points == 0
    act, tomorrow = an_act(business_date=date(2026, 11, 23)), NOON + timedelta(days=1)
    assert sale(member, 100_00, by=act, at=tomorrow).points == 50
    assert sale(member, 100_00, by=act, at=tomorrow).points == 0
    points_services.refund_accrual(
        accrual_id=second.pk, amount=100_00, by=an_act(), at=NOON, key="back"
    )
    assert sale(member, 100_00).points == 50


def test_pending_points_can_be_used_from_their_very_second() -> None:
    a_policy(pending_days=7)
    member = MemberFactory.create()
    sale(member, 100_00)
    due = NOON + timedelta(days=7)
    assert (pending_of(member), usable_of(member)) == (100, 0)

    def spend(at: datetime) -> None:
        points_services.redeem(
            member_id=member.pk,
            points=100,
            bill=50_00,
            by=an_act(),
            at=at,
            key=f"spend:{at.isoformat()}",
        )

    with pytest.raises(Exception, match="only 0 points"):
        spend(due - timedelta(microseconds=1))
    assert pending_of(member) == 100
    spend(due)

    assert (pending_of(member), points_of(member)) == (0, 0)
    assert ledger_services.prove_books().is_proven


def test_the_sweep_releases_everything_that_is_due_and_a_frozen_member_waits() -> None:
    a_policy(pending_days=1)
    members = [MemberFactory.create() for _ in range(7)]
    for member in members:
        sale(member, 100_00)
        sale(member, 100_00)
    frozen = holding_of(members[3].pk)
    ledger_services.set_account_status(account_id=frozen.pending, status="frozen")
    due = NOON + timedelta(days=1)

    early = points_services.release_due(
        at=due - timedelta(microseconds=1), by=an_act(), chunk=4
    )
    released = points_services.release_due(at=due, by=an_act(), chunk=4)

    assert (early, released) == (0, 12)
    assert [points_of(member) for member in members] == [200] * 3 + [0] + [200] * 3
    assert pending_of(members[3]) == 200
    ledger_services.set_account_status(account_id=frozen.pending, status="open")
    assert points_services.release_due(at=due, by=an_act()) == 2
    assert ledger_services.prove_books().is_proven
    lives = set(Accrual.objects.values_list("expires_at", flat=True))
    assert lives == {datetime(2027, 11, 30, 16, 0, tzinfo=UTC)}


def test_a_debt_is_paid_by_the_next_earnings_pending_or_not() -> None:
    member = MemberFactory.create()
    row = sale(member, 300_00)
    points_services.redeem(
        member_id=member.pk, points=300, bill=99_00, by=an_act(), at=NOON, key="spend"
    )
    points_services.refund_accrual(
        accrual_id=row.pk, amount=300_00, by=an_act(), at=NOON, key="refund"
    )
    assert (points_of(member), debt_of(member)) == (0, 300)

    paying = sale(member, 120_00)
    assert (paying.debt_paid, points_of(member), debt_of(member)) == (120, 0, 180)
    sale(member, 200_00)
    assert (points_of(member), debt_of(member)) == (20, 0)


def test_a_frozen_account_neither_spends_nor_stops_earning() -> None:
    member = holding(500)
    accounts = holding_of(member.pk)
    ledger_services.set_account_status(account_id=accounts.points, status="frozen")
    sale(member, 100_00)
    with pytest.raises(AccountFrozen):
        points_services.redeem(
            member_id=member.pk, points=100, bill=99_00, by=an_act(), at=NOON, key="no"
        )
    assert points_of(member) == 600


@pytest.mark.parametrize(
    ("rules", "day", "expected"),
    [
        ({"expiry": "never"}, date(2026, 11, 22), None),
        ({"expiry_months": 1}, date(2026, 1, 31), date(2026, 3, 1)),
        ({"expiry_months": 12}, date(2026, 12, 31), date(2028, 1, 1)),
        ({"expiry_months": 24}, date(2026, 2, 1), date(2028, 3, 1)),
        ({"expiry": "date"}, date(2026, 5, 4), date(2028, 1, 1)),
        (
            {"expiry": "date", "expiry_month": 6, "expiry_day": 30, "expiry_years": 0},
            date(2026, 7, 1),
            date(2027, 7, 1),
        ),
        (
            {"expiry": "date", "expiry_month": 2, "expiry_day": 29, "expiry_years": 1},
            date(2026, 2, 28),
            date(2027, 3, 1),
        ),
    ],
)
def test_points_expire_when_a_day_of_the_house_ends(
    rules: dict[str, Any], day: date, expected: date | None
) -> None:
    found = expires_at(PointsPolicy(**rules), earned_on=day, zone=SHANGHAI)
    midnight = (
        None
        if expected is None
        else datetime(expected.year, expected.month, expected.day, tzinfo=SHANGHAI)
    )
    assert found == midnight


def test_the_sweep_of_expiry_takes_everything_that_is_due_not_a_handful() -> None:
    members = [MemberFactory.create() for _ in range(12)]
    for member in members:
        for _sale in range(3):
            sale(member, 100_00)
    gone = Accrual.objects.values_list("expires_at", flat=True)[0]
    assert gone is not None

    ledger_services.expire_lots(
        at=gone - timedelta(microseconds=1),
        business_date=date(2027, 11, 30),
        request_id="early",
        chunk=5,
    )
    assert [points_of(member) for member in members] == [300] * len(members)

    swept = ledger_services.expire_lots(
        at=gone, business_date=date(2027, 12, 1), request_id="sweep", chunk=5
    )

    assert [points_of(member) for member in members] == [0] * len(members)
    assert (swept.lots, swept.amount) == (36, 3600)


def test_a_sale_at_a_store_is_granted_by_that_store() -> None:
    store = StoreFactory.create()
    member = MemberFactory.create()
    row = sale(member, 100_00, by=an_act(store_id=store.pk))
    assert row.store_id == store.pk
