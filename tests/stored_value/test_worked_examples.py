"""Stored value as an accountant reads it: what is posted, and why it is so much."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from ledger import lineage as ledger_lineage
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import NothingLeft
from stored_value.holders import Holder
from stored_value.models import TopUpRefund
from stored_value.selectors.clearing import ClearingRow, net
from stored_value.services import Tender
from stores.models import Store
from tests.factories.stored_value import (
    a_key,
    a_member,
    a_plan,
    at_store,
    is_proven,
    new_rules,
    refund_top_up,
    spend,
    top_up,
)
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONTH = 30 * DAY


def posted(entry_id: Any) -> list[tuple[str, str, int]]:
    """Debit, credit, amount: line by line."""
    return [
        (line.debit_kind, line.credit_kind, line.amount)
        for line in ledger_lineage.postings_of(entry_id=entry_id)
    ]


def held(holder: Holder) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=NOON)
    return found.principal, found.bonus


def refund(row: Any, **facts: Any) -> TopUpRefund:
    """A month later, unless said otherwise."""
    facts = {"at": NOON + MONTH, "reason": "moves to another city", **facts}
    return refund_top_up(row, **facts)


def test_li_pays_300_in_cash_and_is_given_50_on_top() -> None:
    """The till holds 300 more; we owe Li 300 of her own money and 50 of ours, which
    the promotion cost us.
    """
    a_plan({"amount": 300_00, "bonus": 50_00})
    row = top_up(a_member(), 300_00)
    assert posted(row.entry_id) == [
        ("tender", "principal", 300_00),
        ("promotion", "bonus", 50_00),
    ]


def test_li_pays_a_bill_of_140_out_of_300_and_50() -> None:
    """In proportion: 140 × 300 / 350 = 120 of her own, 20 of the bonus."""
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    top_up(li, 300_00)
    paid = spend(li, 140_00)
    assert posted(paid.entry_id) == [
        ("principal", "sales", 120_00),
        ("bonus", "sales", 20_00),
    ]
    assert held(li) == (180_00, 30_00)


def test_half_of_that_bill_is_given_back() -> None:
    """70 of 140: 60 to her own money, 10 to the bonus, into the lots they came from."""
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    top_up(li, 300_00)
    paid = spend(li, 140_00)
    back = stored_value_services.refund_spend(
        entry_id=paid.entry_id,
        amount=70_00,
        by=at_store(),
        at=NOON,
        key=a_key(),
        reason="one dish was cold",
    )
    assert sorted(posted(back.entry_id)) == [
        ("sales", "bonus", 10_00),
        ("sales", "principal", 60_00),
    ]
    assert held(li) == (240_00, 40_00)


def test_li_takes_her_top_up_back_after_spending_140() -> None:
    """180 of her own is left and is paid out; 30 of the bonus ends, and with it what
    the promotion would have cost. The bonus is never paid out.
    """
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    row = top_up(li, 300_00)
    spend(li, 140_00)

    given = refund(row)

    assert posted(given.entry_id) == [
        ("principal", "tender", 180_00),
        ("bonus", "promotion", 30_00),
    ]
    assert held(li) == (0, 0)
    preview = stored_value_selectors.refund_preview(top_up=row, at=NOON + MONTH)
    assert preview.formula.principal_left == 0
    assert is_proven()


def test_the_slip_shows_how_the_refund_comes_about() -> None:
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    row = top_up(li, 300_00)
    spend(li, 140_00)
    formula = stored_value_selectors.refund_preview(top_up=row, at=NOON + MONTH).formula
    lines = stored_value_selectors.formula_lines(formula)
    assert [(str(line.words), line.amount) for line in lines] == [
        ("Paid in", 300_00),
        ("Bonus given", 50_00),
        ("Principal spent since", -120_00),
        ("Principal left", 180_00),
        ("Bonus left, which ends", -30_00),
        ("Paid out", 180_00),
    ]


def test_within_seven_days_an_untouched_top_up_costs_her_nothing() -> None:
    """Though the shop takes a fee of one per cent otherwise."""
    new_rules(refund_fee_per_mille=10)
    a_plan({"amount": 300_00, "bonus": 50_00})
    row = top_up(a_member(), 300_00)
    assert refund(row, at=NOON + 7 * DAY - timedelta(microseconds=1)).paid_out == 300_00

    late = top_up(a_member(), 300_00)
    given = refund(late, at=NOON + 7 * DAY)
    assert (given.paid_out, given.fee) == (297_00, 3_00)
    assert posted(given.entry_id) == [
        ("principal", "tender", 297_00),
        ("principal", "sales", 3_00),
        ("bonus", "promotion", 50_00),
    ]


def test_who_spent_the_bonus_first_pays_for_it_where_the_shop_says_so() -> None:
    """Bonus first, 140 spent: 50 of ours and 90 of hers. 210 are left of 350, of which
    six sevenths were paid for: 180. The other 30 pay for the bonus she ate.
    """
    new_rules(refund_rule="ratio", spending_order="bonus_first")
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    row = top_up(li, 300_00)
    spend(li, 140_00, order="bonus_first")

    given = refund(row)

    assert (given.paid_out, given.bonus_spent_charged) == (180_00, 30_00)
    assert posted(given.entry_id) == [
        ("principal", "tender", 180_00),
        ("principal", "promotion", 30_00),
    ]


def test_a_top_up_is_refunded_after_part_was_spent_and_the_sale_given_back() -> None:
    """The bug: a refund that forgets what was spent, or pays the same money twice."""
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    row = top_up(li, 300_00)
    paid = spend(li, 140_00)
    assert refund(row).paid_out == 180_00
    stored_value_services.refund_spend(
        entry_id=paid.entry_id, by=at_store(), at=NOON, key=a_key(), reason="no dish"
    )
    assert held(li) == (120_00, 20_00)
    assert refund(row).paid_out == 120_00
    assert held(li) == (0, 0)
    assert sum(row.refunds.values_list("paid_out", flat=True)) == 300_00
    assert is_proven()


def test_two_top_ups_are_refunded_each_for_itself() -> None:
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    first, second = top_up(li, 300_00), top_up(li, 300_00)
    spend(li, 350_00)  # half of both: the older lots are used up first
    with pytest.raises(NothingLeft), transaction.atomic():
        refund(first)
    assert refund(second).paid_out == 300_00


def test_li_closes_her_wallet() -> None:
    """Her own money is paid out; the bonus is forfeited and becomes breakage."""
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    top_up(li, 300_00)
    closed = stored_value_services.close_wallet(
        holder=li,
        tender="alipay",
        reason="moves away",
        by=at_store(),
        at=NOON,
        key=a_key(),
    )
    assert closed.entry_id is not None
    assert posted(closed.entry_id) == [
        ("principal", "tender", 300_00),
        ("bonus", "breakage", 50_00),
    ]
    assert is_proven()


def test_a_table_is_held_and_captured_in_part() -> None:
    """100 held for the room, 70 taken on the day, 30 back to where they came from."""
    a_plan({"amount": 300_00, "bonus": 50_00})
    li = a_member()
    top_up(li, 300_00)
    room = stored_value_services.hold(
        holder=li, amount=105_00, by=at_store(), at=NOON, key=a_key()
    )
    assert (room.principal, room.bonus) == (90_00, 15_00)
    ended = stored_value_services.capture_hold(
        hold_id=room.pk, amount=70_00, by=at_store(), at=NOON + DAY, key=a_key()
    )
    assert posted(ended.resolved_by_id) == [
        ("held", "sales", 60_00),
        ("held", "sales", 10_00),
    ]
    assert held(li) == (240_00, 40_00)


class TestClearing:
    """Topped up at A, spent at B: A holds the money, so A owes B."""

    def stores(self) -> tuple[Store, Store]:
        return StoreFactory.create(), StoreFactory.create()

    def rows(self) -> list[stored_value_selectors.ClearingRow]:
        today = at_store().business_date
        return stored_value_selectors.clearing(since=today, until=today)

    def test_what_is_spent_elsewhere_is_owed_by_the_store_that_took_it_in(self) -> None:
        a, b = self.stores()
        a_plan({"amount": 300_00, "bonus": 50_00})
        li = a_member()
        top_up(li, 300_00, by=at_store(a))
        spend(li, 140_00, by=at_store(b))
        spend(li, 70_00, by=at_store(a))

        rows = {(row.origin, row.acceptor): row for row in self.rows()}

        assert (rows[a.pk, b.pk].spent, rows[a.pk, b.pk].bonus) == (120_00, 20_00)
        assert rows[a.pk, b.pk].owed == 120_00
        assert rows[a.pk, a.pk].owed == 0
        assert net(self.rows()) == [(a.pk, b.pk, 120_00)]

    def test_both_ways_are_set_off(self) -> None:
        a, b = self.stores()
        li, wang = a_member(), a_member()
        top_up(li, 300_00, by=at_store(a))
        top_up(wang, 300_00, by=at_store(b))
        spend(li, 120_00, by=at_store(b))
        spend(wang, 200_00, by=at_store(a))
        assert net(self.rows()) == [(b.pk, a.pk, 80_00)]

    def test_a_refund_at_a_third_store_undoes_the_sale_where_it_was_made(self) -> None:
        a, b = self.stores()
        li = a_member()
        top_up(li, 300_00, by=at_store(a))
        paid = spend(li, 100_00, by=at_store(b))
        stored_value_services.refund_spend(
            entry_id=paid.entry_id,
            by=at_store(),
            at=NOON,
            key=a_key(),
            reason="wrong table",
        )
        assert self.rows() == []

    def test_paid_out_elsewhere_is_owed_too(self) -> None:
        a, b = self.stores()
        row = top_up(a_member(), 300_00, by=at_store(a))
        refund(row, by=at_store(b))
        assert net(self.rows()) == [(a.pk, b.pk, 300_00)]

    def test_money_keeps_its_origin_through_transfer_and_hold(self) -> None:
        a, b = self.stores()
        li, wang = a_member(), a_member()
        top_up(li, 100_00, by=at_store(a))
        top_up(li, 100_00, by=at_store(b))
        stored_value_services.transfer(
            giver=li, taker=wang, amount=150_00, by=at_store(), at=NOON, key=a_key()
        )
        room = stored_value_services.hold(
            holder=wang, amount=150_00, by=at_store(), at=NOON, key=a_key()
        )
        stored_value_services.capture_hold(
            hold_id=room.pk, by=at_store(b), at=NOON, key=a_key()
        )
        rows = {(row.origin, row.acceptor): row.spent for row in self.rows()}
        assert rows == {(a.pk, b.pk): 100_00, (b.pk, b.pk): 50_00}

    def test_each_store_adds_up_to_its_own_books(self) -> None:
        """Whatever came from where: the column of a store is what its sales say."""
        a, b = self.stores()
        by = {store.pk: at_store(store) for store in (a, b)}
        a_plan({"amount": 100_00, "bonus": 20_00})
        members = [a_member() for _one in range(4)]
        for number, holder in enumerate(members):
            top_up(holder, 100_00 + number * 37, by=by[(a, b)[number % 2].pk])
        sold = {a.pk: 0, b.pk: 0}
        for number, holder in enumerate(members * 3):
            store = (a, b)[number % 3 % 2]
            amount = 11_11 + number * 7
            paid = spend(holder, amount, by=by[store.pk])
            sold[store.pk] += amount
            if number % 4 == 0:
                stored_value_services.refund_spend(
                    entry_id=paid.entry_id,
                    amount=5_55,
                    by=by[store.pk],
                    at=NOON,
                    key=a_key(),
                    reason="too salty",
                )
                sold[store.pk] -= 5_55
        told = {a.pk: 0, b.pk: 0}
        for row in self.rows():
            told[row.acceptor] += row.spent + row.bonus
        assert told == sold


def test_several_tenders_are_one_entry_with_a_line_each() -> None:
    row = stored_value_services.top_up(
        holder=a_member(),
        tenders=[Tender("cash", 100_00), Tender("card", 50_00)],
        by=at_store(),
        at=NOON,
        key=a_key(),
    )
    assert posted(row.entry_id) == [
        ("tender", "principal", 100_00),
        ("tender", "principal", 50_00),
    ]
    assert refund(row, at=NOON).paid_out == 150_00


def test_what_stores_owe_one_another_is_listed_by_store() -> None:
    rows = [
        ClearingRow(origin, acceptor, spent=spent, paid_out=1_00, bonus=9_00)
        for origin, acceptor, spent in (
            (7, 9, 4_00), (7, 8, 2_00), (8, 7, 5_00), (None, 8, 1_00), (8, 8, 6_00)
        )
    ]  # fmt: skip
    assert net(rows) == [(None, 8, 2_00), (8, 7, 3_00), (7, 9, 5_00)]
