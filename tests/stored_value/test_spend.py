"""Paying from a wallet, giving a payment back, and the code that the member types."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cards.tokens import mint_code
from common.errors import DomainError
from common.text import InvisibleText
from ledger.errors import AccountFrozen, IdempotencyConflict
from ledger.services import set_account_status
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import (
    AmountRefused,
    CodeLocked,
    CodeNeeded,
    CodeProofNeeded,
    CodeRefused,
    CodeTooSimple,
    NoSuchHolder,
    NotAPayment,
    NotEnough,
    NothingLeft,
)
from stored_value.holders import Holder
from stored_value.models import PaymentCode
from stored_value.selectors.wallets import held_at
from stores.errors import ApprovalNotUsable, NotAllowed, ReasonMissing
from stores.models import AuditEvent
from tests.factories.cards import CardFactory
from tests.factories.ledger import an_act, everything, lots
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
from tests.factories.stores import NOON, approval_beside

DAY = timedelta(days=1)
SET = "stored_value.set_payment_code"
CODE = "274951"
db = pytest.mark.django_db


def held(holder: Holder, at: Any = NOON) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=at)
    return found.principal, found.bonus


def refund(paid: stored_value_services.Paid, amount: int | None = None, **facts: Any):  # type: ignore[no-untyped-def]  # a test's shorthand
    return stored_value_services.refund_spend(
        **{
            "entry_id": paid.entry_id,
            "amount": amount,
            "by": facts.pop("by", None) or at_store(),
            "at": NOON,
            "key": a_key("refund"),
            "reason": "cold soup",
            **facts,
        }
    )


@db
def test_two_top_ups_are_spent_the_first_to_expire_first() -> None:
    holder = a_member()
    late = a_plan({"amount": 100_00, "bonus": 10_00}, bonus_valid_days=60)
    soon = a_plan({"amount": 100_00, "bonus": 10_00}, bonus_valid_days=30)
    for plan in (late, soon):
        top_up(holder, 100_00, plan_id=plan.pk)
    bonus_id = stored_value_selectors.wallet(holder=holder, at=NOON).accounts.bonus

    spend(holder, 110_00)

    assert lots(bonus_id) == [10_00, 0]
    assert is_proven()


@db
@pytest.mark.parametrize(
    ("order", "left"),
    [
        ("pro_rata", (180_00, 30_00)),
        ("principal_first", (160_00, 50_00)),
        ("bonus_first", (210_00, 0)),
    ],
)
def test_the_policy_says_in_which_order(order: str, left: tuple[int, int]) -> None:
    new_rules(spending_order=order)
    holder, _row = holding(300_00, 50_00)
    stored_value_services.spend(
        holder=holder,
        amount=140_00,
        by=at_store(),
        at=NOON,
        key=a_key(),
    )
    assert held(holder) == left


@db
@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (350_01, NotEnough),
        (0, AmountRefused),
        (-1, AmountRefused),
        (10**16, AmountRefused),
    ],
)
def test_more_than_there_is_is_refused(amount: int, kind: type[DomainError]) -> None:
    holder, _row = holding(300_00, 50_00)
    by = at_store()
    before = everything()
    with pytest.raises(kind), transaction.atomic():
        spend(holder, amount, by=by)
    assert everything() == before


@db
def test_an_expired_bonus_pays_for_nothing_swept_or_not() -> None:
    holder, row = holding(300_00, 50_00)
    assert row.bonus_expires_at is not None
    instant = timedelta(microseconds=1)
    assert held(holder, row.bonus_expires_at - instant) == (300_00, 50_00)
    assert held(holder, row.bonus_expires_at) == (300_00, 0)
    with pytest.raises(NotEnough), transaction.atomic():
        spend(holder, 301_00, at=row.bonus_expires_at)


@db
def test_a_frozen_wallet_pays_nothing() -> None:
    holder, _row = holding(300_00)
    accounts = stored_value_selectors.wallet(holder=holder, at=NOON).accounts
    set_account_status(account_id=accounts.principal, status="frozen")
    with pytest.raises(AccountFrozen), transaction.atomic():
        spend(holder, 1_00)
    assert held(holder) == (300_00, 0)


@db
def test_the_same_payment_sent_forty_times_is_taken_once() -> None:
    holder, _row = holding(300_00, 50_00)
    by = at_store()
    answers = {spend(holder, 140_00, by=by, key="bill:1") for _time in range(40)}
    assert len(answers) == 1
    assert held(holder) == (180_00, 30_00)
    with pytest.raises(IdempotencyConflict), transaction.atomic():
        spend(holder, 141_00, by=by, key="bill:1")


@db
def test_a_whole_refund_puts_back_exactly_what_was_taken() -> None:
    holder, _row = holding(300_00, 50_00)
    paid = spend(holder, 140_00)

    back = refund(paid)

    assert (back.principal, back.bonus) == (120_00, 20_00)
    assert held(holder) == (300_00, 50_00)
    assert is_proven()
    with pytest.raises(NothingLeft), transaction.atomic():
        refund(paid)


@db
def test_a_refund_never_keeps_the_bonus_and_never_gives_more() -> None:
    """The bug: money back for the whole bill, and the bonus still in the wallet."""
    holder, _row = holding(300_00, 50_00)
    paid = spend(holder, 350_00)
    for amount in (100_00, 100_00, 100_00, 50_00):
        refund(paid, amount)
    assert held(holder) == (300_00, 50_00)
    before = everything()
    with pytest.raises(NothingLeft), transaction.atomic():
        refund(paid, 1)
    assert everything() == before


@db
def test_a_refund_sent_twice_gives_back_once() -> None:
    holder, _row = holding(300_00, 50_00)
    paid, by = spend(holder, 140_00), at_store()
    first = refund(paid, 70_00, key="back:1", by=by)
    assert refund(paid, 70_00, key="back:1", by=by) == first
    assert held(holder) == (240_00, 40_00)


@db
def test_a_bonus_given_back_lives_at_least_some_days_more() -> None:
    holder, row = holding(300_00, 50_00)
    assert row.bonus_expires_at is not None
    paid = spend(holder, 350_00)
    late = row.bonus_expires_at + 10 * DAY
    refund(paid, at=late)
    assert held(holder, late) == (300_00, 50_00)
    assert held(holder, late + 7 * DAY) == (300_00, 0)


@db
@pytest.mark.parametrize("amount", [-5, 0])
def test_refunds_of_nothing_are_refused(amount: int) -> None:
    holder, _row = holding(300_00)
    paid = spend(holder, 100_00)
    with pytest.raises(AmountRefused), transaction.atomic():
        refund(paid, amount)
    assert held(holder) == (200_00, 0)


@db
def test_only_a_payment_is_refunded_as_a_payment() -> None:
    holder, row = holding(300_00)
    for entry_id in (row.entry_id, uuid4()):
        with pytest.raises(NotAPayment), transaction.atomic():
            stored_value_services.refund_spend(
                entry_id=entry_id,
                by=at_store(),
                at=NOON,
                key=a_key(),
                reason="x",
            )
    assert held(holder) == (300_00, 0)


@db
def test_a_cashier_gives_nothing_back_alone_a_lead_does() -> None:
    holder, _row = holding(300_00)
    paid = spend(holder, 100_00)
    with pytest.raises(NotAllowed), transaction.atomic():
        refund(paid, by=at_till())
    refund(paid, by=at_till("shift-lead"))
    assert held(holder) == (300_00, 0)


@db
def test_a_past_balance_is_what_the_books_said_then() -> None:
    holder, _row = holding(300_00, 50_00)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment = cursor.fetchone()[0]
    spend(holder, 140_00)

    then = held_at(holder=holder, at=moment)
    assert (then.principal, then.bonus) == (300_00, 50_00)
    assert held(holder) == (180_00, 30_00)
    explained = stored_value_selectors.explained(holder=holder, at=NOON)
    assert [(lot.kind, lot.initial, lot.remaining) for lot in explained] == [
        ("principal", 300_00, 180_00),
        ("bonus", 50_00, 30_00),
    ]
    assert {lot.entry_kind for lot in explained} == {"top_up"}


class EveryWayOfSpending(TestCase):
    """Any mix of payments and refunds leaves the books proven and no cent astray."""

    @settings(max_examples=8)
    @given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=10))
    def test_what_is_spent_and_given_back_adds_up(
        self, steps: list[tuple[bool, int]]
    ) -> None:
        new_rules(least_top_up=1)
        holder, _row = holding(300, 50)
        by, spent = at_store(), 0
        open_bills: list[tuple[stored_value_services.Paid, int]] = []
        for gives_back, amount in steps:
            if gives_back and open_bills:
                paid, left = open_bills.pop()
                back = min(amount, left)
                refund(paid, back, by=by)
                spent -= back
                if left > back:
                    open_bills.append((paid, left - back))
            elif amount <= 350 - spent:
                open_bills.append((spend(holder, amount, by=by), amount))
                spent += amount
        principal, bonus = held(holder)
        assert principal + bonus == 350 - spent
        for paid, left in open_bills:
            refund(paid, left, by=by)
        assert held(holder) == (300, 50)
        assert is_proven()


@db
class TestPaymentCode:
    """Six digits, asked above an amount; wrong ones are counted whatever happens."""

    def pay(self, holder: Holder, amount: int = 250_00, **facts: Any) -> object:
        return stored_value_services.spend(
            **{
                "holder": holder,
                "amount": amount,
                "by": at_store(),
                "at": NOON,
                "key": a_key(),
                **facts,
            }
        )

    def a_wallet(self) -> Holder:
        holder, _row = holding(1_000_00)
        self.give(holder)
        return holder

    def give(self, holder: Holder, code: str = CODE, **facts: Any) -> None:
        by = facts.pop("by", None) or an_act(actor=f"member:{holder.id}")
        stored_value_services.set_payment_code(
            member_id=holder.id, code=code, by=by, at=NOON, **facts
        )

    def test_it_is_asked_above_two_hundred(self) -> None:
        holder = self.a_wallet()
        self.pay(holder, 200_00)
        with pytest.raises(CodeNeeded):
            self.pay(holder, 200_01)
        self.pay(holder, 200_01, payment_code=CODE)
        assert held(holder) == (1_000_00 - 400_01, 0)

    def test_an_anonymous_device_is_always_asked(self) -> None:
        holder = self.a_wallet()
        with pytest.raises(CodeNeeded):
            self.pay(holder, 1, is_anonymous_device=True)
        self.pay(holder, 1, is_anonymous_device=True, payment_code=CODE)
        assert held(holder) == (999_99, 0)

    def test_five_wrong_tries_lock_it_for_fifteen_minutes(self) -> None:
        holder = self.a_wallet()
        told = []
        for _try in range(6):
            with pytest.raises(DomainError) as refusal:
                self.pay(holder, payment_code="135790")
            told.append(type(refusal.value))
        assert told == [CodeRefused] * 4 + [CodeLocked] * 2
        with pytest.raises(CodeLocked):
            self.pay(holder, payment_code=CODE)
        later = NOON + timedelta(minutes=15)
        self.pay(holder, payment_code=CODE, at=later)
        assert PaymentCode.objects.get().failures == 0

    def test_a_right_one_ends_the_count(self) -> None:
        holder = self.a_wallet()
        for _round in range(3):
            for _try in range(4):
                with pytest.raises(CodeRefused):
                    self.pay(holder, 1_00, payment_code="1", is_anonymous_device=True)
            self.pay(holder, 1_00, payment_code=CODE, is_anonymous_device=True)

    def test_without_one_the_sentence_is_the_same_as_for_a_wrong_one(self) -> None:
        holder, _row = holding(1_000_00)
        with pytest.raises(CodeRefused):
            self.pay(holder, payment_code=CODE)
        assert held(holder) == (1_000_00, 0)

    @pytest.mark.parametrize(
        "code",
        [
            "",
            "12345",
            "1234567",
            "111111",
            "123456",
            "654321",
            "12345a",
            "１２３４５７",
            "12 457",
            "😀" * 6,
            "27495\x00",
        ],
    )
    def test_what_is_too_simple_or_no_code_is_refused(self, code: str) -> None:
        holder, _row = holding(1_000_00)
        with pytest.raises(CodeTooSimple):
            self.give(holder, code)
        assert not PaymentCode.objects.exists()

    def test_only_its_fingerprint_is_kept_and_nothing_in_the_log(self) -> None:
        holder = self.a_wallet()
        with pytest.raises(CodeRefused):
            self.pay(holder, payment_code="862003")
        kept = PaymentCode.objects.get()
        assert kept.code_hash.startswith("argon2$")
        facts = str(list(AuditEvent.objects.values()))
        assert CODE not in facts
        assert "862003" not in facts
        assert CODE not in str(kept.__dict__)

    def test_a_new_one_ends_the_lock(self) -> None:
        holder = self.a_wallet()
        for _try in range(5):
            with pytest.raises(DomainError):
                self.pay(holder, payment_code="135790")
        self.give(holder, "918273")
        self.pay(holder, payment_code="918273")

    def test_the_rotating_code_serves_as_well_and_once(self) -> None:
        holder, _row = holding(1_000_00)
        shown = mint_code(member_id=holder.id, at=NOON)
        with pytest.raises(DomainError):
            self.pay(holding(1_000_00)[0], rotating_code=shown)
        shown = mint_code(member_id=holder.id, at=NOON + timedelta(seconds=20))
        later = NOON + timedelta(seconds=21)
        self.pay(holder, rotating_code=shown, at=later)
        with pytest.raises(DomainError):
            self.pay(holder, rotating_code=shown, at=later)
        assert held(holder) == (750_00, 0)

    def test_a_bearer_pays_little_by_its_number_alone(self) -> None:
        bearer = Holder.card(CardFactory.bearer().pk)
        top_up(bearer, 1_000_00)
        self.pay(bearer, 200_00)
        for facts in ({}, {"payment_code": CODE}):
            with pytest.raises(CodeNeeded):
                self.pay(bearer, 200_01, **facts)
        with pytest.raises(CodeNeeded):
            self.pay(bearer, 1, is_anonymous_device=True)
        assert held(bearer) == (800_00, 0)

    def test_only_who_may_lets_a_member_set_one(self) -> None:
        holder, _row = holding(1_000_00)
        with pytest.raises(NotAllowed):
            self.give(holder, by=at_till("auditor"))
        with pytest.raises(NoSuchHolder):
            self.give(Holder.member(999_999))
        assert not PaymentCode.objects.exists()

    def test_whoever_sets_one_is_the_member_or_has_an_approver(self) -> None:
        """Else whoever knows a phone sets a code, and then pays with it."""
        holder, _row = holding(1_000_00)
        by = at_till("shift-lead")
        for actor in (by, at_store()):
            with pytest.raises(CodeProofNeeded):
                self.give(holder, by=actor)
        other, _other = holding(10_00)
        with pytest.raises(CodeNeeded):
            self.give(
                holder, by=by, rotating_code=mint_code(at=NOON, member_id=other.id)
            )
        assert not PaymentCode.objects.exists()

        self.give(holder, by=by, rotating_code=mint_code(at=NOON, member_id=holder.id))
        self.pay(holder, payment_code=CODE)

    def test_an_approval_serves_for_the_member_it_was_given_for(self) -> None:
        holder, other = holding(1_000_00)[0], holding(10_00)[0]
        by = at_till("shift-lead")
        approval = approval_beside(SET, by=by, subject=f"payment_code:{holder.id}")
        with pytest.raises(ApprovalNotUsable):
            self.give(other, by=by, approval=approval)
        assert not PaymentCode.objects.exists()
        self.give(holder, by=by, approval=approval)
        with pytest.raises(ApprovalNotUsable):
            self.give(holder, code="118274", by=by, approval=approval)
        self.pay(holder, payment_code=CODE)


@db
def test_reasons_are_asked_for_where_money_leaves() -> None:
    _holder, row = holding(300_00)
    missing, hidden = ReasonMissing, InvisibleText
    for reason, refusal in (("", missing), ("   ", missing), ("a\x00b", hidden)):
        with pytest.raises(refusal), transaction.atomic():
            refund_top_up(row, reason=reason)
