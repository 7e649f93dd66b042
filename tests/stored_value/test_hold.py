"""Holds end once; transfers carry principal alone; a closed wallet stays closed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cards.models import Card
from common.errors import DomainError
from common.text import InvisibleText
from ledger.errors import AccountClosed
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import (
    AmountRefused,
    CashOutTooLarge,
    HoldEnded,
    HoldsOpen,
    HoldsTooMuch,
    NoSuchHolder,
    NotEnough,
    TransferForbidden,
    TransferToOneself,
)
from stored_value.holders import Holder
from stored_value.models import Hold, TopUpRefund
from stores.errors import (
    ApprovalNeeded,
    BeneficiaryRefused,
    NotAllowed,
    TenderUnknown,
)
from tests.factories.cards import CardFactory
from tests.factories.coupons import gone
from tests.factories.ledger import everything
from tests.factories.members import own_card
from tests.factories.stored_value import (
    a_key,
    a_member,
    a_plan,
    at_store,
    at_till,
    holding,
    is_proven,
    new_rules,
    refund_top_up,
    spend,
    top_up,
)
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def held(holder: Holder, at: Any = NOON) -> tuple[int, int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=at)
    return found.principal, found.bonus, found.held


def hold(holder: Holder, amount: int = 105_00, **facts: Any) -> Hold:
    return stored_value_services.hold(
        **{
            "holder": holder,
            "amount": amount,
            "by": facts.pop("by", None) or at_store(),
            "at": NOON,
            "key": a_key("hold"),
            "is_proven": True,
            **facts,
        }
    )


def capture(row: Hold, amount: int | None = None, **facts: Any) -> Hold:
    return stored_value_services.capture_hold(
        **{
            "hold_id": row.pk,
            "amount": amount,
            "by": facts.pop("by", None) or at_store(),
            "at": NOON + HOUR,
            "key": a_key("capture"),
            **facts,
        }
    )


def release(row: Hold, **facts: Any) -> Hold:
    return stored_value_services.release_hold(
        **{
            "hold_id": row.pk,
            "by": facts.pop("by", None) or at_store(),
            "at": NOON + HOUR,
            "key": a_key("release"),
            **facts,
        }
    )


def test_what_is_held_cannot_be_spent_and_comes_back_to_its_lots() -> None:
    holder, _row = holding(300_00, 50_00)
    placed = hold(holder)
    assert held(holder) == (210_00, 35_00, 105_00)
    with pytest.raises(NotEnough), transaction.atomic():
        spend(holder, 245_01)

    release(placed)

    assert held(holder) == (300_00, 50_00, 0)
    explained = stored_value_selectors.explained(holder=holder, at=NOON)
    assert [lot.remaining for lot in explained] == [300_00, 50_00]
    assert is_proven()


@pytest.mark.parametrize("second", [capture, release])
@pytest.mark.parametrize("first", [capture, release])
def test_a_hold_ends_once(first: Any, second: Any) -> None:
    holder, _row = holding(300_00, 50_00)
    placed = hold(holder)
    ended = first(placed)
    before = everything()
    with pytest.raises(HoldEnded), transaction.atomic():
        second(placed)
    assert everything() == before
    placed.refresh_from_db()
    assert placed.status == ended.status


def test_the_same_capture_sent_again_is_answered() -> None:
    holder, _row = holding(300_00, 50_00)
    placed, by = hold(holder), at_store()
    first = capture(placed, 70_00, key="c:1", by=by)
    assert capture(placed, 70_00, key="c:1", by=by) == first
    assert held(holder) == (240_00, 40_00, 0)


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (0, AmountRefused),
        (-1, AmountRefused),
        (350_01, NotEnough),
        (10**15, NotEnough),
        (10**15 + 1, AmountRefused),
    ],
)
def test_no_more_is_held_than_there_is(amount: int, refusal: type[DomainError]) -> None:
    holder, _row = holding(300_00, 50_00)
    with pytest.raises(refusal), transaction.atomic():
        hold(holder, amount)
    assert held(holder) == (300_00, 50_00, 0)
    hold(holder, 350_00)
    assert held(holder) == (0, 0, 350_00)


@pytest.mark.parametrize("amount", [0, -1, 105_01, 10**16])
def test_no_more_is_captured_than_is_held(amount: int) -> None:
    holder, _row = holding(300_00, 50_00)
    placed = hold(holder)
    with pytest.raises(AmountRefused), transaction.atomic():
        capture(placed, amount)
    assert held(holder) == (210_00, 35_00, 105_00)


def test_a_hold_runs_out_by_itself_and_is_not_captured_from_that_instant() -> None:
    holder, _row = holding(300_00, 50_00)
    placed = hold(holder)
    by, out = at_store(), NOON + 72 * HOUR
    assert placed.expires_at == out
    assert stored_value_services.expire_holds(by=by, at=out - HOUR) == 0
    with pytest.raises(HoldEnded), transaction.atomic():
        capture(placed, at=out)
    assert stored_value_services.expire_holds(by=by, at=out) == 1
    assert stored_value_services.expire_holds(by=by, at=out) == 0
    placed.refresh_from_db()
    assert placed.status == Hold.Status.EXPIRED
    assert held(holder) == (300_00, 50_00, 0)


def test_a_bonus_that_expired_while_held_is_given_some_days_more() -> None:
    plan = a_plan({"amount": 300_00, "bonus": 50_00}, bonus_valid_days=1)
    holder = a_member()
    top_up(holder, plan_id=plan.pk)
    placed = hold(holder, 350_00, expires_at=NOON + 10 * DAY)
    later = NOON + 2 * DAY
    release(placed, at=later)
    assert held(holder, later) == (300_00, 50_00, 0)
    assert held(holder, later + 7 * DAY) == (300_00, 0, 0)


def test_a_captured_hold_that_is_refunded_goes_back_to_the_wallet() -> None:
    holder, _row = holding(300_00, 50_00)
    ended = capture(hold(holder), 70_00)
    assert ended.resolved_by_id is not None
    for amount in (30_00, 40_00):
        stored_value_services.refund_spend(
            entry_id=ended.resolved_by_id,
            amount=amount,
            by=at_store(),
            at=NOON + HOUR,
            key=a_key(),
            reason="the room was double-booked",
        )
    assert held(holder) == (300_00, 50_00, 0)
    explained = stored_value_selectors.explained(holder=holder, at=NOON)
    assert [lot.remaining for lot in explained] == [300_00, 50_00]
    assert is_proven()


def remaining(holder: Holder) -> list[int]:
    """Of each lot what is left, the oldest first."""
    explained = stored_value_selectors.explained(holder=holder, at=NOON)
    return [lot.remaining for lot in explained]


def test_two_holds_take_and_give_back_each_its_own_lots() -> None:
    holder = a_member()
    for _ in range(3):
        top_up(holder, 100_00)
    first, second = hold(holder, 150_00), hold(holder, 120_00)
    assert remaining(holder) == [30_00]

    taken = capture(second, 60_00)  # all that is held of the second lot, then some
    assert remaining(holder) == [90_00]
    release(first)
    assert remaining(holder) == [100_00, 50_00, 90_00]
    assert taken.resolved_by_id is not None
    stored_value_services.refund_spend(
        entry_id=taken.resolved_by_id,
        amount=35_00,
        by=at_store(),
        at=NOON + HOUR,
        key=a_key(),
        reason="one guest fewer",
    )

    assert remaining(holder) == [100_00, 75_00, 100_00]
    assert held(holder) == (275_00, 0, 0)
    assert is_proven()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE stored_value_hold SET amount = amount + 1, principal = principal + 1",
        "UPDATE stored_value_hold SET status = 'open', captured = 0,"
        " resolved_at = NULL, resolved_by_id = NULL",
        "UPDATE stored_value_hold SET captured = captured + 1",
        "UPDATE stored_value_hold SET note = 'another'",
        "DELETE FROM stored_value_hold",
        "TRUNCATE stored_value_hold CASCADE",
    ],
)
def test_raw_sql_neither_rewrites_nor_reopens_a_hold(attack: str) -> None:
    holder, _row = holding(300_00, 50_00)
    capture(hold(holder, note="window table"), 70_00)
    before = list(Hold.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as raw:
        raw.execute(attack)
    assert list(Hold.objects.values()) == before


def test_without_the_trigger_a_hold_is_reopened() -> None:
    """Guard off: it is this trigger that ends a hold for good."""
    holder, _row = holding(300_00)
    released = release(hold(holder))
    with connection.cursor() as raw:
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
        raw.execute(
            "ALTER TABLE stored_value_hold"
            " DISABLE TRIGGER stored_value_hold_never_ends_twice"
        )
        raw.execute(
            "UPDATE stored_value_hold"
            " SET status = 'open', resolved_at = NULL, resolved_by_id = NULL"
        )
    released.refresh_from_db()
    assert released.status == Hold.Status.OPEN


def test_a_note_may_be_wiped_and_only_that() -> None:
    holder, _row = holding(300_00)
    placed = hold(holder, note="Mrs Wang, window table")
    Hold.objects.filter(pk=placed.pk).update(note="")
    placed.refresh_from_db()
    assert placed.note == ""


@pytest.mark.parametrize("note", ["", "桌 8 🍜", "x" * 500])
def test_any_note_that_is_seen_is_taken(note: str) -> None:
    holder, _row = holding(300_00)
    assert len(hold(holder, note=note).note) <= 120


@pytest.mark.parametrize("note", ["\u202eevil", "a\x00b", "8\u200b"])
def test_nothing_hides_in_a_note(note: str) -> None:
    holder, _row = holding(300_00)
    before = everything()
    with pytest.raises(InvisibleText):
        hold(holder, note=note)
    assert everything() == before


class TestTransfer:
    def give(self, giver: Holder, taker: Holder, amount: int, **facts: Any) -> Any:
        return stored_value_services.transfer(
            **{
                "giver": giver,
                "taker": taker,
                "amount": amount,
                "by": facts.pop("by", None) or at_store(),
                "at": NOON,
                "key": a_key("transfer"),
                **facts,
            }
        )

    def refused(
        self,
        kind: type[DomainError],
        giver: Holder,
        taker: Holder,
        amount: int,
        **by: Any,
    ) -> None:
        before = everything()
        with pytest.raises(kind), transaction.atomic():
            self.give(giver, taker, amount, **by)
        assert len(everything()) <= len(before) + 4  # accounts, at most
        assert held(giver)[:2] == (300_00, 50_00)

    def test_principal_moves_and_the_bonus_never(self) -> None:
        giver, _row = holding(300_00, 50_00)
        taker = a_member()
        self.give(giver, taker, 300_00)
        assert held(giver) == (0, 50_00, 0)
        assert held(taker) == (300_00, 0, 0)
        with pytest.raises(NotEnough), transaction.atomic():
            self.give(giver, taker, 1)
        assert is_proven()

    def test_it_is_refused_where_it_must_be(self) -> None:
        giver, _row = holding(300_00, 50_00)
        rich, _other = holding(4_900_00)
        self.refused(NotEnough, giver, a_member(), 300_01)
        self.refused(AmountRefused, giver, a_member(), 0)
        self.refused(AmountRefused, giver, a_member(), -5)
        self.refused(TransferToOneself, giver, giver, 1_00)
        self.refused(HoldsTooMuch, giver, rich, 100_01)
        self.refused(NotAllowed, giver, a_member(), 1_00, by=at_till())
        new_rules(may_transfer=False)
        self.refused(TransferForbidden, giver, a_member(), 1_00)

    def test_neither_giver_nor_taker_is_somebody_who_is_gone(self) -> None:
        giver, _row = holding(300_00, 50_00)
        nobody = Holder.member(gone().pk)
        card = Holder.card(CardFactory.bearer(status=Card.Status.LOST).pk)
        for taker in (nobody, card):
            self.refused(NoSuchHolder, giver, taker, 1_00)

    def test_nobody_gives_to_themselves_at_the_till(self) -> None:
        giver, _row = holding(300_00, 50_00)
        mine, by = a_member(), at_till("shift-lead")
        own_card(by.staff_id, mine.id)
        self.refused(BeneficiaryRefused, giver, mine, 10_00, by=by)

    def test_sent_twice_it_is_given_once(self) -> None:
        giver, _row = holding(300_00, 50_00)
        taker, by = a_member(), at_store()
        first = self.give(giver, taker, 200_00, key="t:1", by=by)
        assert self.give(giver, taker, 200_00, key="t:1", by=by) == first
        assert held(taker) == (200_00, 0, 0)

    def test_what_was_given_away_is_not_refunded_to_the_giver(self) -> None:
        giver, row = holding(300_00, 50_00)
        self.give(giver, a_member(), 200_00)
        refund = refund_top_up(row)
        assert refund.paid_out == 100_00


class TestRefundOfATopUp:
    def test_cash_is_paid_out_up_to_the_law_and_no_further(self) -> None:
        holder, row = holding(300_00)
        before = everything()
        with pytest.raises(CashOutTooLarge), transaction.atomic():
            refund_top_up(row, tender="cash", by=at_store())
        assert len(everything()) == len(before)
        spend(holder, 200_00)
        assert refund_top_up(row, tender="cash").paid_out == 100_00

    @pytest.mark.parametrize("tender", ["", "bitcoin", "\x00"])
    def test_by_no_unknown_way(self, tender: str) -> None:
        _holder, row = holding(300_00)
        with pytest.raises(TenderUnknown), transaction.atomic():
            refund_top_up(row, tender=tender)
        assert not TopUpRefund.objects.exists()

    def test_sent_twice_it_pays_once(self) -> None:
        _holder, row = holding(300_00)
        by = at_store()
        first, again = (refund_top_up(row, key="r:1", by=by) for _ in range(2))
        assert again == first
        assert TopUpRefund.objects.count() == 1

    def test_a_cashier_alone_refunds_nothing_and_nobody_their_own(self) -> None:
        holder, row = holding(300_00)
        with pytest.raises(ApprovalNeeded), transaction.atomic():
            refund_top_up(row, by=at_till())
        lead = at_till("shift-lead")
        own_card(lead.staff_id, holder.id)
        with pytest.raises(BeneficiaryRefused), transaction.atomic():
            refund_top_up(row, by=lead)
        assert held(holder) == (300_00, 0, 0)

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE stored_value_topuprefund SET tender = 'cash'",
            "DELETE FROM stored_value_topuprefund",
        ],
    )
    def test_raw_sql_rewrites_no_refund(self, attack: str) -> None:
        _holder, row = holding(300_00)
        refund_top_up(row)
        before = list(TopUpRefund.objects.values())
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as raw,
        ):
            raw.execute(attack)
        assert list(TopUpRefund.objects.values()) == before


class TestClosing:
    def close(self, holder: Holder, **facts: Any) -> Any:
        return stored_value_services.close_wallet(
            **{
                "holder": holder,
                "tender": "wechat",
                "reason": "moves away",
                "by": facts.pop("by", None) or at_store(),
                "at": NOON,
                "key": a_key("close"),
                **facts,
            }
        )

    def test_nothing_is_posted_to_a_closed_wallet_ever_again(self) -> None:
        holder, row = holding(300_00, 50_00)
        closed = self.close(holder)
        assert (closed.paid_out, closed.bonus_forfeited) == (300_00, 50_00)
        for attempt in (lambda: top_up(holder), lambda: refund_top_up(row)):
            with pytest.raises(DomainError), transaction.atomic():
                attempt()
        with pytest.raises(AccountClosed), transaction.atomic():
            top_up(holder)
        assert held(holder) == (0, 0, 0)
        assert is_proven()

    def test_what_is_held_for_a_booking_comes_first(self) -> None:
        holder, _row = holding(300_00)
        placed = hold(holder)
        with pytest.raises(HoldsOpen), transaction.atomic():
            self.close(holder)
        release(placed)
        assert self.close(holder).paid_out == 300_00

    def test_cash_beyond_the_law_is_refused(self) -> None:
        holder, _row = holding(300_00)
        with pytest.raises(CashOutTooLarge), transaction.atomic():
            self.close(holder, tender="cash")
        assert held(holder) == (300_00, 0, 0)

    def test_sent_twice_it_is_answered(self) -> None:
        holder, _row = holding(300_00, 50_00)
        by = at_store()
        assert self.close(holder, key="c", by=by) == self.close(holder, key="c", by=by)

    def test_an_expired_bonus_does_not_keep_it_open(self) -> None:
        holder, row = holding(300_00, 50_00)
        assert row.bonus_expires_at is not None
        closed = self.close(holder, at=row.bonus_expires_at)
        assert (closed.paid_out, closed.bonus_forfeited) == (300_00, 0)

    def test_an_empty_one_closes_without_an_entry(self) -> None:
        assert self.close(a_member()).entry_id is None

    def test_only_managers_close(self) -> None:
        holder, _row = holding(300_00)
        with pytest.raises(NotAllowed), transaction.atomic():
            self.close(holder, by=at_till("shift-lead"))
        self.close(holder, by=at_till("store-manager"))
