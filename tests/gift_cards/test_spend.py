"""Paying with cards, in part or whole, and giving it back to the cent."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DomainError
from gift_cards import rules
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.errors import (
    GiftCardNotFound,
    GiftCardUnavailable,
    NotRedeemedHere,
    StoreNeeded,
)
from gift_cards.models import GiftCard, GiftCardPolicy
from ledger import services as ledger_services
from ledger.errors import (
    IdempotencyConflict,
    InsufficientFunds,
    InvalidAmount,
    OverReversal,
)
from ledger.kinds import AccountKind, EntryKind
from policies.profiles import Profile
from stored_value import services as stored_value_services
from stored_value.errors import AmountRefused
from stores.errors import ApprovalNeeded, NotAllowed
from tests.factories.gift_cards import (
    NOON,
    a_card,
    a_key,
    at_store,
    at_till,
    left,
    pay,
    row,
    sell,
)
from tests.factories.ledger import an_act, everything, house
from tests.factories.members import MemberFactory
from tests.ledger.racing import altered, answers, race, refusals

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def give_back(entry_id: object, card_id: int, amount: int, **options: Any) -> Any:
    return gift_cards_services.refund_redemption(
        **{
            "entry_id": entry_id,
            "card_id": card_id,
            "amount": amount,
            "at": NOON,
            "key": a_key("refund"),
            **options,
        }
    )


def test_a_card_pays_in_part_until_it_is_empty_at_any_store() -> None:
    here, there = at_store(), at_store()
    card = a_card(100_00, by=here)

    first = pay(card, 30_00, by=there)
    second = pay(card, 70_00, by=here)

    assert (first.left, second.left) == (70_00, 0)
    with pytest.raises(InsufficientFunds):
        pay(card, 1, by=here)
    assert row(card).status == "active"
    assert ledger_services.prove_books().is_proven


@pytest.mark.parametrize(
    ("amount", "options", "refusal"),
    [
        (100_01, {}, InsufficientFunds),
        (0, {}, InvalidAmount),
        (-1, {}, InvalidAmount),
        (10**30, {}, InvalidAmount),
        (1, {"pin": ""}, GiftCardNotFound),
        (1, {"by": an_act()}, StoreNeeded),
    ],
)
def test_what_is_refused_moves_nothing(
    amount: int, options: dict[str, Any], refusal: type[DomainError]
) -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    pay(card, 1, by=by)
    give_back(pay(card, 1, by=by).entry_id, card.card_id, 1, by=by)
    before = everything()

    with pytest.raises(refusal):
        pay(card, amount, **{"by": by, **options})

    assert everything() == before


def test_a_card_that_is_not_paid_yet_pays_nothing() -> None:
    by = at_store()
    card = a_card(by=by)
    GiftCard.objects.filter(pk=card.card_id).update(status="blocked")
    before = everything()

    with pytest.raises(GiftCardUnavailable):
        pay(card, 1, by=by)

    assert everything() == before


def test_sent_twice_it_pays_once_even_when_blocked_in_between() -> None:
    by = at_store()
    card = a_card(by=by)
    first = pay(card, 30_00, by=by, key="once")
    gift_cards_services.block(card_id=card.card_id, reason="lost", by=by, at=NOON)

    again = pay(card, 30_00, by=by, key="once")

    assert again.replayed
    assert (again.entry_id, again.left) == (first.entry_id, 70_00)
    with pytest.raises(IdempotencyConflict):
        pay(card, 31_00, by=by, key="once")
    assert left(card) == 70_00


def test_lines_for_a_sale_are_only_lines() -> None:
    by = at_store()
    cards = sell(50_00, by=by, quantity=2).cards
    found = [
        gift_cards_services.find(code=str(card.code), pin=str(card.pin), by=by, at=NOON)
        for card in cards
    ]
    sales = house(AccountKind.SALES, slot="")
    before = everything()

    lines = gift_cards_services.redemption_lines(
        [(found[0], 50_00), (found[1], 20_00)], sales_id=sales
    )

    assert [(line.debit_id, line.amount) for line in lines] == [
        (found[0].account_id, 50_00),
        (found[1].account_id, 20_00),
    ]
    assert everything() == before


def test_staff_take_cards_where_their_role_allows_it() -> None:
    by = at_store()
    card = a_card(by=by)
    cashier, _ = at_till("cashier")
    marketing, _ = at_till("marketing")

    assert pay(card, 1_00, by=cashier).left == 99_00
    with pytest.raises(NotAllowed):
        pay(card, 1_00, by=marketing)
    assert left(card) == 99_00


def test_a_payment_goes_back_to_the_card_in_parts_and_never_beyond() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    paid = pay(card, 60_00, by=by)

    assert give_back(paid.entry_id, card.card_id, 25_00, by=by, key="r").left == 65_00
    again = give_back(paid.entry_id, card.card_id, 25_00, by=by, key="r")
    assert (again.replayed, again.left) == (True, 65_00)
    before = everything()
    with pytest.raises(OverReversal):
        give_back(paid.entry_id, card.card_id, 35_01, by=by)
    assert everything() == before
    give_back(paid.entry_id, card.card_id, 35_00, by=by)

    assert left(card) == 100_00
    assert ledger_services.prove_books().is_proven


def test_only_what_this_card_paid_goes_back_to_it() -> None:
    by = at_store()
    card, other = a_card(by=by), a_card(by=by)
    paid = pay(card, 60_00, by=by)
    before = everything()

    for entry, card_id, amount, refusal in (
        (paid.entry_id, other.card_id, 10_00, NotRedeemedHere),
        (row(card).sale_id, card.card_id, 10_00, NotRedeemedHere),
        (paid.entry_id, card.card_id, 0, InvalidAmount),
        (paid.entry_id, card.card_id, -5, InvalidAmount),
    ):
        with pytest.raises(refusal):
            give_back(entry, card_id, amount, by=by)

    assert everything() == before


def test_what_comes_back_to_a_lapsed_card_lives_a_week() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    paid = pay(card, 100_00, by=by)
    ends = row(card).expires_at
    assert ends is not None
    later = ends + DAY

    give_back(paid.entry_id, card.card_id, 40_00, by=by, at=later)

    assert pay(card, 1_00, by=by, at=later + 6 * DAY).left == 39_00
    with pytest.raises(InsufficientFunds):
        pay(card, 1_00, by=by, at=later + 7 * DAY)
    assert row(card).expires_at == later + 7 * DAY


def test_above_ones_limit_a_refund_takes_two() -> None:
    act, _ = at_till("shift-lead")
    card = a_card(1_000_00, by=act)
    paid = pay(card, 900_00, by=act)
    before = everything()

    with pytest.raises(ApprovalNeeded):
        give_back(paid.entry_id, card.card_id, 500_01, by=act)
    assert everything() == before

    assert give_back(paid.entry_id, card.card_id, 500_00, by=act).left == 600_00


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1])
def test_an_amount_that_is_none_moves_into_no_wallet(amount: int) -> None:
    by = at_store()
    card = row(a_card(by=by))
    member = MemberFactory.create()
    before = everything()

    with pytest.raises(AmountRefused), transaction.atomic():
        stored_value_services.redeem_into_wallet_step(
            account_id=card.account_id or 0,
            member_id=member.pk,
            amount=amount,
            by=by,
            at=NOON,
            key="move",
        )
    assert everything() == before


def test_a_card_is_told_by_the_end_of_the_code_that_opens_it_now() -> None:
    card = a_card(by=at_store())
    assert gift_cards_selectors.last4_of(card.card_id) == card.last4
    assert gift_cards_selectors.last4_of(10**9) == ""


def test_the_last_second_of_a_card() -> None:
    by = at_store()
    card = a_card(by=by)
    ends = row(card).expires_at
    assert ends is not None

    assert pay(card, 1, by=by, at=ends - timedelta(microseconds=1)).left == 99_99
    with pytest.raises(InsufficientFunds):
        pay(card, 1, by=by, at=ends)


@given(
    st.lists(st.integers(1, 50_00), min_size=1, max_size=20),
    st.lists(st.integers(1, 50_00), min_size=1, max_size=4),
)
def test_tenders_pay_cards_to_the_cent(amounts: list[int], parts: list[int]) -> None:
    tenders = {f"tender{place}": part for place, part in enumerate(parts)}
    tenders["rest"] = max(0, sum(amounts) - sum(parts))
    if sum(tenders.values()) != sum(amounts):
        tenders = {"rest": sum(amounts)}
    tenders = {word: paid for word, paid in tenders.items() if paid}

    shares = list(rules.shares(amounts, tenders))

    assert all(paid > 0 for _place, _word, paid in shares)
    for number, amount in enumerate(amounts):
        assert sum(paid for place, _, paid in shares if place == number) == amount
    for word, amount in tenders.items():
        assert sum(paid for _, name, paid in shares if name == word) == amount
    assert len(shares) < len(amounts) + len(tenders)


@pytest.mark.django_db(transaction=True)
def test_twenty_tills_on_one_card_spend_what_is_on_it() -> None:
    by = at_store()
    card = a_card(100_00, by=by)
    pay(card, 10_00, by=by)

    outcomes = race(lambda _: pay(card, 20_00, by=by), runners=20)

    assert len(answers(outcomes)) == 4
    assert {type(refusal) for refusal in refusals(outcomes)} == {InsufficientFunds}
    assert left(card) == 10_00
    assert ledger_services.prove_books().is_proven


@pytest.mark.django_db(transaction=True)
def test_forty_sends_of_one_payment_pay_once() -> None:
    by = at_store()
    card = a_card(100_00, by=by)

    outcomes = race(lambda _: pay(card, 20_00, by=by, key="same"), runners=40)

    assert refusals(outcomes) == []
    assert sum(1 for paid in answers(outcomes) if not paid.replayed) == 1
    assert left(card) == 80_00


@pytest.mark.django_db(transaction=True)
def test_a_payment_and_a_block_are_one_before_the_other() -> None:
    by = at_store()
    card = a_card(100_00, by=by)

    def act(number: int) -> object:
        if number == 10:
            return gift_cards_services.block(
                card_id=card.card_id, reason="stolen", by=by, at=NOON
            )
        return pay(card, 1_00, by=by)

    outcomes = race(act, runners=20)

    paid = len(answers(outcomes)) - 1
    assert left(card) == 100_00 - paid * 1_00
    assert {type(refusal) for refusal in refusals(outcomes)} <= {GiftCardUnavailable}
    with pytest.raises(GiftCardUnavailable):
        pay(card, 1_00, by=by)


@pytest.mark.django_db(transaction=True)
def test_the_books_alone_stop_a_payment_that_was_opened_before_the_block() -> None:
    """The status was read as active; only the frozen account refuses."""
    by = at_store()
    card = a_card(100_00, by=by)
    found = gift_cards_services.find(
        code=str(card.code), pin=str(card.pin), by=by, at=NOON
    )
    gift_cards_services.block(card_id=card.card_id, reason="stolen", by=by, at=NOON)
    lines = gift_cards_services.redemption_lines(
        [(found, 1_00)], sales_id=house(AccountKind.SALES, slot="")
    )

    def post() -> object:
        return ledger_services.post_entry(
            kind=EntryKind.SALE, key=a_key(), at=NOON, act=by, lines=lines
        )

    with pytest.raises(DomainError, match="frozen"):
        post()
    with altered("post_entry.sql", ("v_statuses[v_place] = 'frozen'", "false")):
        post()
    assert left(card) == 99_00


@pytest.mark.parametrize(
    ("sold", "months", "ends"),
    [
        ("2026-11-22T04:00+00:00", 36, "2029-11-23T00:00+08:00"),
        ("2026-11-22T17:00+00:00", 1, "2026-12-24T00:00+08:00"),  # the 23rd there
        ("2027-01-31T00:00+08:00", 1, "2027-03-01T00:00+08:00"),
    ],
)
def test_a_card_holds_to_the_end_of_its_last_day(
    sold: str, months: int, ends: str
) -> None:
    end = rules.end_of_day_after(
        datetime.fromisoformat(sold), months, ZoneInfo("Asia/Shanghai")
    )
    assert end == datetime.fromisoformat(ends)


@pytest.mark.parametrize(
    ("shop", "law", "months"),
    [(12, 36, 36), (60, 36, 60), (12, None, 12), (None, 36, None)],
)
def test_a_card_is_valid_as_long_as_the_law_asks_at_least(
    shop: int | None, law: int | None, months: int | None
) -> None:
    policy = GiftCardPolicy(validity_months=shop)
    bounds = Profile(code="XX", bearer_validity_months=law)
    assert rules.validity_months(policy, bounds) == months
    for_ever = Profile(code="XX", bearer_may_expire=False)
    assert rules.validity_months(policy, for_ever) is None
