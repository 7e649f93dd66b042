"""Refunds: what is kept is what the rules give for what is left; nobody gains."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ledger import services as ledger_services
from points import services as points_services
from points.earning import Bought, Tender
from points.errors import NothingThere, RefundTooLarge
from points.models import Accrual, AccrualRefund, Redemption
from points.spending import to_return
from tests.factories.ledger import NOON, TODAY, an_act, everything
from tests.factories.members import MemberFactory
from tests.factories.points import (
    RuleFactory,
    a_key,
    a_policy,
    debt_of,
    growth_of,
    holding,
    pending_of,
    points_of,
    sale,
    usable_of,
)

pytestmark = pytest.mark.django_db


def refund(row: Accrual, amount: int | None = None, **facts: object) -> AccrualRefund:
    return points_services.refund_accrual(
        **{  # type: ignore[arg-type]  # a test's shorthand
            "accrual_id": row.pk,
            "amount": amount,
            "by": an_act(),
            "at": NOON,
            "key": a_key("refund"),
            **facts,
        }
    )


def spend(member: object, points: int, *, bill: int = 10**6) -> Redemption:
    return points_services.redeem(
        member_id=member.pk,  # type: ignore[attr-defined]  # a member
        points=points,
        bill=bill,
        by=an_act(),
        at=NOON,
        key=a_key("spend"),
    )


def test_half_a_refund_takes_half_back() -> None:
    member = MemberFactory.create()
    row = sale(member, 100_00)

    back = refund(row, 50_00)

    assert (back.points, back.growth, back.from_lot) == (50, 50, 50)
    assert (points_of(member), growth_of(member)) == (50, 50)


def test_what_is_kept_is_the_rule_of_what_is_left_with_caps_and_thresholds() -> None:
    a_policy(most_per_sale=80)
    member = MemberFactory.create()
    RuleFactory.create(kind="base", factor=1000, flat=30, least_amount=60_00)
    row = sale(member, 100_00)
    assert row.points == 80

    refund(row, 10_00)  # 90 + 30, capped as before
    assert points_of(member) == 80
    refund(row, 40_00)  # 50, and too little for the 30
    assert points_of(member) == 50


def test_a_refund_by_line_takes_back_what_that_line_earned() -> None:
    member = MemberFactory.create()
    RuleFactory.create(factor=3000, categories=["tea"])
    row = points_services.accrue(
        member_id=member.pk,
        lines=[Bought(amount=100_00, category="tea"), Bought(amount=100_00)],
        paid={Tender.MONEY: 200_00},
        by=an_act(),
        at=NOON,
        key="two lines",
    )
    assert row.points == 400

    refund(row, amounts=[0, 100_00])
    assert points_of(member) == 300
    refund(row, amounts=[50_00, 0])
    assert points_of(member) == 150


def test_money_paid_back_first_leaves_what_the_bonus_paid() -> None:
    member = MemberFactory.create()
    row = points_services.accrue(
        member_id=member.pk,
        lines=[Bought(amount=100_00)],
        paid={Tender.MONEY: 60_00, Tender.BONUS: 40_00},
        by=an_act(),
        at=NOON,
        key="mixed",
    )
    assert row.points == 60

    refund(row, 30_00, paid_back={Tender.MONEY: 30_00})
    assert points_of(member) == 30
    refund(row, 30_00, paid_back={Tender.MONEY: 30_00})
    assert points_of(member) == 0
    with pytest.raises(RefundTooLarge):
        refund(row, 10_00, paid_back={Tender.MONEY: 10_00})


def test_two_hundred_refunds_of_one_gain_nobody_a_point() -> None:
    """The last one brings everything back to where it was."""
    member = MemberFactory.create()
    RuleFactory.create(factor=6665)
    row = sale(member, 2_00)
    assert row.points == 13
    kept = []

    for _time in range(200):
        refund(row, 1)
        row.refresh_from_db()
        kept.append(row.points_kept)
        left = 200 - row.refunded
        assert row.points_kept == left * 6665 // 100_000

    assert kept == sorted(kept, reverse=True)
    assert (points_of(member), debt_of(member), growth_of(member)) == (0, 0, 0)
    with pytest.raises(RefundTooLarge):
        refund(row, 1)
    assert ledger_services.prove_books().is_proven


def test_the_refund_loop_with_many_cards_leaves_nothing() -> None:
    """Buy, earn, spend the points on another card's bill, refund: again and again."""
    members = [MemberFactory.create() for _ in range(8)]
    worth = 0
    for _round in range(3):
        for member in members:
            row = sale(member, 500_00)
            spendable = usable_of(member) // 100 * 100
            if spendable:
                worth += spend(member, spendable).worth
            refund(row, 500_00)

    gained = sum(points_of(m) - debt_of(m) for m in members)
    assert worth == 8 * 500  # once each: afterwards the debt eats what is earned
    assert gained == -8 * 500
    assert ledger_services.prove_books().is_proven


def test_spent_points_come_from_other_points_and_then_become_a_debt() -> None:
    member = MemberFactory.create()
    first = sale(member, 300_00)
    sale(member, 100_00)
    spend(member, 300)

    back = refund(first, 300_00)

    assert (back.from_lot, back.from_others, back.debt) == (0, 100, 200)
    assert (points_of(member), debt_of(member)) == (0, 200)


@pytest.mark.parametrize(
    ("shortfall", "debt", "forgiven", "charged"),
    [("debt", 300, 0, 0), ("forgive", 0, 300, 0), ("charge", 0, 0, 300)],
)
def test_what_is_spent_is_owed_let_go_or_charged_as_the_policy_said(
    shortfall: str, debt: int, forgiven: int, charged: int
) -> None:
    a_policy(shortfall=shortfall)
    member = MemberFactory.create()
    row = sale(member, 300_00)
    a_policy(shortfall="debt" if shortfall != "debt" else "forgive")  # too late
    spend(member, 300)

    backs = [refund(row, 33_33) for _time in range(9)]
    backs.append(refund(row, 300_00 - 9 * 33_33))

    assert sum(back.debt for back in backs) == debt == debt_of(member)
    assert sum(back.forgiven for back in backs) == forgiven
    assert sum(back.charged for back in backs) == charged
    assert points_of(member) == 0


def test_what_has_lapsed_is_not_asked_for_again() -> None:
    member = MemberFactory.create()
    row = sale(member, 300_00)
    spend(member, 100)
    assert row.expires_at is not None
    late = row.expires_at + timedelta(days=1)
    ledger_services.expire_lots(at=late, business_date=TODAY, request_id="sweep")

    half = refund(row, 150_00, at=late)
    whole = refund(row, 150_00, at=late)

    assert (half.lapsed, half.debt) == (150, 0)
    assert (whole.lapsed, whole.debt) == (50, 100)


def test_pending_points_are_taken_back_where_they_are() -> None:
    a_policy(pending_days=7)
    member = MemberFactory.create()
    row = sale(member, 100_00)

    assert refund(row, 40_00).from_pending == 40
    assert pending_of(member) == 60
    later = NOON + timedelta(days=8)
    assert refund(row, 30_00, at=later).from_lot == 30
    assert (pending_of(member), points_of(member)) == (0, 30)


def test_a_refund_gives_back_spent_points_and_takes_back_earned_ones() -> None:
    """A sale paid partly with points that keeps what it earned would print points."""
    member = holding(1000)
    used = spend(member, 500, bill=20_00)
    row = points_services.accrue(
        member_id=member.pk,
        lines=[Bought(amount=20_00)],
        paid={Tender.MONEY: 15_00, Tender.POINTS: 5_00},
        by=an_act(),
        at=NOON,
        key="with points",
    )
    assert (row.points, points_of(member)) == (15, 515)

    refund(row, 20_00)
    points_services.return_redeemed(
        redemption_id=used.pk, points=500, by=an_act(), at=NOON, key="points back"
    )

    assert (points_of(member), debt_of(member)) == (1000, 0)


def test_growth_value_falls_with_a_refund() -> None:
    member = MemberFactory.create()
    row = sale(member, 100_00)
    refund(row, 99_99)
    assert growth_of(member) == 0


def test_a_refund_sent_twice_takes_back_once() -> None:
    member = MemberFactory.create()
    row = sale(member, 100_00)
    first = refund(row, 60_00, key="once")
    assert refund(row, 60_00, key="once") == first
    assert points_of(member) == 40


@pytest.mark.parametrize(
    "asked",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 100_01},
        {"amounts": [50_00, 50_00]},
        {"amounts": [-1]},
        {"amounts": [0]},
        {"amount": 10_00, "paid_back": {"money": 5_00}},
        {"amount": 10_00, "paid_back": {"bonus": 10_00}},
    ],
)
def test_more_than_is_left_is_refused_and_nothing_moves(
    asked: dict[str, object],
) -> None:
    member = MemberFactory.create()
    row = sale(member, 100_00)
    before = everything()
    with pytest.raises(RefundTooLarge):
        refund(row, **asked)  # type: ignore[arg-type]  # a test's shorthand
    assert everything() == before
    assert not AccrualRefund.objects.exists()


def test_a_gift_has_no_sale_to_refund_but_is_clawed_back_in_shares() -> None:
    member = holding(99, key="the gift")
    gift = Accrual.objects.get(key="the gift")
    with pytest.raises(NothingThere):
        refund(gift, 1)

    def claw(share: Fraction, key: str) -> int:
        return points_services.claw_back_step(
            gift_key="the gift", share=share, by=an_act(), at=NOON, key=key
        ).points

    assert claw(Fraction(1, 2), "half") == 50  # 49 of 99 are kept
    assert claw(Fraction(1, 2), "half") == 50  # the same again is the same
    assert points_of(member) == 49
    assert claw(Fraction(1), "all") == 49
    assert points_of(member) == 0
    with pytest.raises(NothingThere):
        points_services.claw_back_step(
            gift_key="no such gift", by=an_act(), at=NOON, key="none"
        )


def test_returned_points_live_seven_days_and_wake_nothing_that_had_expired() -> None:
    member = MemberFactory.create()
    row = sale(member, 300_00)
    used = spend(member, 100)
    assert row.expires_at is not None
    late = row.expires_at + timedelta(hours=1)  # 200 are gone, though not swept yet

    points_services.return_redeemed(
        redemption_id=used.pk, points=100, by=an_act(), at=late, key="back"
    )

    until = late + timedelta(days=7)
    assert usable_of(member, until - timedelta(microseconds=1)) == 100
    assert usable_of(member, until) == 0
    assert ledger_services.prove_books().is_proven


def test_points_are_returned_once_and_never_more_than_were_spent() -> None:
    member = holding(1000)
    used = spend(member, 500)

    def give_back(points: int, key: str) -> None:
        points_services.return_redeemed(
            redemption_id=used.pk, points=points, by=an_act(), at=NOON, key=key
        )

    give_back(300, "part")
    give_back(300, "part")
    assert points_of(member) == 800
    with pytest.raises(RefundTooLarge):
        give_back(201, "beyond")
    give_back(200, "rest")
    assert points_of(member) == 1000


def test_returned_points_pay_a_debt_at_once() -> None:
    member = MemberFactory.create()
    row = sale(member, 500_00)
    used = spend(member, 500)
    refund(row, 500_00)
    assert debt_of(member) == 500

    points_services.return_redeemed(
        redemption_id=used.pk, points=500, by=an_act(), at=NOON, key="back"
    )

    assert (points_of(member), debt_of(member)) == (0, 0)


@given(
    points=st.integers(1, 10_000),
    cuts=st.lists(st.integers(1, 50), min_size=1, max_size=20),
)
def test_parts_of_a_refund_return_what_one_would(points: int, cuts: list[int]) -> None:
    total, refunded, returned = sum(cuts), 0, 0
    for cut in cuts:
        refunded += cut
        back = to_return(points, refunded=refunded, total=total, returned=returned)
        assert back >= 0
        returned += back
    assert returned == points


class AnyMixOfRefunds(TestCase):
    """Invariant 12: points kept = rule(what is left), after any mix, however spent."""

    @settings(max_examples=25)
    @given(
        amounts=st.lists(st.integers(1, 90_00), min_size=1, max_size=3),
        factor=st.sampled_from([1000, 1333, 2500]),
        refunds=st.lists(st.integers(1, 60_00), max_size=6),
        spends=st.lists(st.integers(0, 3), max_size=6),
    )
    def test_points_kept_are_the_rule_of_what_is_left(
        self,
        amounts: list[int],
        factor: int,
        refunds: list[int],
        spends: list[int],
    ) -> None:
        member = MemberFactory.create()
        if factor != 1000:
            RuleFactory.create(factor=factor)
        row = points_services.accrue(
            member_id=member.pk,
            lines=[Bought(amount=amount) for amount in amounts],
            paid={Tender.MONEY: sum(amounts)},
            by=an_act(),
            at=NOON,
            key=a_key("any"),
        )
        left, spent = sum(amounts), 0
        for step, asked in enumerate(refunds):
            wanted = spends[step] * 100 if step < len(spends) else 0
            if 0 < wanted <= usable_of(member):
                spend(member, wanted)
                spent += wanted
            if asked <= left:
                refund(row, asked)
                left -= asked
            row.refresh_from_db()
            assert row.points_kept == left * factor // 100_000
            net = points_of(member) - debt_of(member)
            assert net == row.points_kept - spent
            assert not (points_of(member) and debt_of(member))
        assert ledger_services.prove_books().is_proven


def test_a_refund_that_names_no_tender_shares_what_is_left_of_each() -> None:
    member = MemberFactory.create()
    row = points_services.accrue(
        member_id=member.pk,
        lines=[Bought(amount=100_00)],
        paid={Tender.MONEY: 60_00, Tender.BONUS: 40_00},
        by=an_act(),
        at=NOON,
        key="mixed",
    )
    refund(row, 30_00, paid_back={Tender.MONEY: 30_00})
    refund(row, 35_00)  # 15 of the money that is left, 20 of the bonus
    assert points_of(member) == 15
    refund(row, 35_00)
    assert points_of(member) == 0
