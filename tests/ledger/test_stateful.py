"""Any sequence of acts: the books and a plain model of them agree after every step.

`HYPOTHESIS_PROFILE=soak` runs the long form.
"""

import copy
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.errors import DomainError
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line, Posted
from tests.factories.ledger import NOON, TODAY, an_act, guarded, house
from tests.ledger.model import HOUSE, Model, Move, Refused

places = st.integers(0, 2)
# Few hours, and more coming in than going out: so that lots mix, and days coincide.
takings = st.integers(10, 90)
amounts = st.integers(1, 80)
lifetimes = st.sampled_from([None, 1, 2, 3, 5])
picks = st.integers(0, 10_000)


class BooksAndModel(RuleBasedStateMachine):
    """Three holders of money, the shop's till and its sales; a clock; a model."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = NOON
        self.accounts = [guarded() for _ in range(3)]
        self.cash = house()
        self.sales = house(AccountKind.SALES, slot="")
        self.model = Model(["open"] * 3)
        self.posting_ids: list[int] = []
        self.posted: list[Posted] = []
        self.again: list[Callable[[], Posted]] = []
        self.otherwise: list[Callable[[], Posted]] = []
        self.keys = itertools.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_entry")
            self.entries_before = cursor.fetchone()[0]

    def teardown(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert ledger_services.prove_books().differences == ()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- what people do ---------------------------------------------------------

    @rule(account=places, amount=takings, lifetime=lifetimes)
    def top_up(self, account: int, amount: int, lifetime: int | None) -> None:
        self.post([Move(HOUSE, account, amount, self.day_after(lifetime))])

    @rule(account=places, amount=amounts)
    def spend(self, account: int, amount: int) -> None:
        self.post([Move(account, HOUSE, amount)])

    @rule(one=places, other=places, amount=amounts, more=amounts)
    def pay_from_two(self, one: int, other: int, amount: int, more: int) -> None:
        self.post([Move(one, HOUSE, amount), Move(other, HOUSE, more)])

    @rule(giver=places, step=st.integers(1, 2), amount=amounts, lifetime=lifetimes)
    def give(self, giver: int, step: int, amount: int, lifetime: int | None) -> None:
        taker = (giver + step) % 3
        self.post([Move(giver, taker, amount, self.day_after(lifetime))])

    @precondition(lambda self: self.posted)
    @rule(pick=picks, lifetime=lifetimes)
    def take_back(self, pick: int, lifetime: int | None) -> None:
        self.reverse(pick % len(self.posted), None, self.day_after(lifetime))

    @precondition(lambda self: self.posted)
    @rule(pick=picks, percent=st.integers(1, 110), lifetime=lifetimes)
    def take_back_a_part(self, pick: int, percent: int, lifetime: int | None) -> None:
        entry = pick % len(self.posted)
        parts = {
            place: 1 + self.model.postings[place].amount * percent // 100
            for place in self.model.entries[entry].postings
        }
        self.reverse(entry, parts, self.day_after(lifetime))

    @precondition(lambda self: self.posted)
    @rule(pick=picks)
    def send_again(self, pick: int) -> None:
        entry = pick % len(self.posted)
        first, again = self.posted[entry], self.again[entry]()
        assert again == replace(first, replayed=True)

    @precondition(lambda self: self.posted)
    @rule(pick=picks)
    def send_otherwise_under_the_same_key(self, pick: int) -> None:
        entry = pick % len(self.posted)
        self.expect("idempotency_key_reused", None, self.otherwise[entry])

    @rule(account=places, status=st.sampled_from(["open", "open", "frozen"]))
    def freeze_or_release(self, account: int, status: str) -> None:
        ledger_services.set_account_status(
            account_id=self.accounts[account], status=status
        )
        self.model.statuses[account] = status

    @rule(account=places, amount=takings, lifetime=lifetimes, more=takings)
    def top_up_twice(
        self, account: int, amount: int, lifetime: int | None, more: int
    ) -> None:
        day = self.day_after(lifetime)
        self.post(
            [Move(HOUSE, account, amount), Move(HOUSE, (account + 1) % 3, more, day)]
        )

    @rule(pick=picks, more=amounts)
    def spend_at_the_second_a_lot_expires(self, pick: int, more: int) -> None:
        days = [lot for lot in self.model.lots if lot.remaining and lot.expires_at]
        if days:
            lot = days[pick % len(days)]
            self.clock = max(self.clock, lot.expires_at or self.clock)
            account = lot.account
            self.post([Move(account, HOUSE, self.model.balance(account))])
            self.post([Move(HOUSE, account, more)])

    @rule(account=places)
    def try_to_close(self, account: int) -> None:
        if balance := self.model.balance(account):
            self.expect(
                "account_not_empty",
                balance,
                lambda: ledger_services.set_account_status(
                    account_id=self.accounts[account], status="closed"
                ),
            )

    @rule(hours=st.integers(1, 2))
    def wait(self, hours: int) -> None:
        self.clock += timedelta(hours=hours)

    @rule(chunk=st.sampled_from([1, 2, 10_000]))
    def sweep(self, chunk: int) -> None:
        expired = ledger_services.expire_lots(
            at=self.clock, business_date=TODAY, request_id="sweep", chunk=chunk
        )
        assert (expired.lots, expired.amount) == self.model.sweep(at=self.clock)

    # --- what must hold after each of them --------------------------------------

    @invariant()
    def books_and_model_agree(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT balance, status FROM ledger_account WHERE id = ANY (%s)"
                " ORDER BY id",
                [self.accounts],
            )
            held = cursor.fetchall()
            cursor.execute(
                "SELECT account_id, remaining, expires_at FROM ledger_lot"
                " WHERE account_id = ANY (%s) ORDER BY id",
                [self.accounts],
            )
            lots = cursor.fetchall()
            cursor.execute("SELECT count(*) FROM ledger_entry WHERE kind <> 'expiry'")
            entries = cursor.fetchone()[0] - self.entries_before
        assert held == list(
            zip(self.model.balances(), self.model.statuses, strict=True)
        )
        for place, account in enumerate(self.accounts):
            found = [(left, day) for of, left, day in lots if of == account]
            assert found == self.model.lots_of(place)
        assert entries == len(self.model.entries)

    # --- how ---------------------------------------------------------------------

    def day_after(self, hours: int | None) -> datetime | None:
        return None if hours is None else self.clock + timedelta(hours=hours)

    def id_of(self, place: int, house_id: int) -> int:
        return house_id if place == HOUSE else self.accounts[place]

    def post(self, moves: list[Move]) -> None:
        at, key, act = self.clock, f"key:{next(self.keys)}", an_act()

        def send(more: int = 0) -> Posted:
            lines = [
                Line(
                    debit_id=self.id_of(move.debit, self.cash),
                    credit_id=self.id_of(move.credit, self.sales),
                    amount=move.amount + more,
                    expires_at=move.expires_at,
                )
                for move in moves
            ]
            return ledger_services.post_entry(
                kind=EntryKind.ADJUSTMENT, key=key, at=at, act=act, lines=lines
            )

        self.do(lambda model: model.post(moves, at=at), send, lambda: send(1))

    def reverse(
        self,
        entry: int,
        parts: dict[int, int] | None,
        live_until: datetime | None,
    ) -> None:
        at, key, act = self.clock, f"key:{next(self.keys)}", an_act()
        known = self.posting_ids

        def send(memo: str = "", until: datetime | None = live_until) -> Posted:
            return ledger_services.reverse_entry(
                entry_id=self.posted[entry].entry_id,
                key=key,
                at=at,
                act=act,
                amounts=None
                if parts is None
                else {known[place]: amount for place, amount in parts.items()},
                live_until=until,
                memo=memo,
            )

        self.do(
            lambda model: model.reverse(entry, parts, at=at, live_until=live_until),
            send,
            lambda: send(until=at + timedelta(days=365)),
        )

    def do(
        self,
        change: Callable[[Model], None],
        send: Callable[[], Posted],
        otherwise: Callable[[], Posted],
    ) -> None:
        """The same to the model and to the books; both do it, or refuse alike."""
        after = copy.deepcopy(self.model)
        try:
            change(after)
        except Refused as refused:
            self.expect(refused.code, refused.number, send)
            return
        posted = send()
        self.model = after
        self.posted.append(posted)
        self.posting_ids.extend(posted.posting_ids)
        self.again.append(send)
        self.otherwise.append(otherwise)
        last = self.model.postings[self.model.entries[-1].postings[-1]]
        for place, after_it in (
            (last.debit, posted.debits_after[-1]),
            (last.credit, posted.credits_after[-1]),
        ):
            expected = None if place == HOUSE else self.model.balance(place)
            assert after_it == expected

    def expect(self, code: str, number: int | None, act: Callable[[], object]) -> None:
        with pytest.raises(DomainError) as refusal, transaction.atomic():
            act()
        facts: dict[str, Any] = refusal.value.facts
        assert refusal.value.code == code
        if number is not None:
            assert number in {
                facts.get("short_by"),
                facts.get("left"),
                facts.get("balance"),
            }


@pytest.mark.django_db
def test_the_books_do_what_the_model_does() -> None:
    run_state_machine_as_test(BooksAndModel)
