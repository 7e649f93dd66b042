"""Numbers: random, checked, unique; made ahead, and handed to the printer."""

import time

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from cards import numbers
from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import KindNotInUse, NotPrinted, QuantityRefused
from cards.models import Card, CardKind, StockBatch
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.ledger import an_act
from tests.factories.stores import NOON, UserFactory


@given(front=st.integers(0, 10**15 - 1), place=st.integers(0, 15), by=st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(front: int, place: int, by: int) -> None:
    number = numbers.with_check_digit(f"{front:015d}")
    wrong = str((int(number[place]) + by) % 10)

    assert numbers.normalise(number) == number
    assert numbers.normalise(number[:place] + wrong + number[place + 1 :]) == ""


@given(text=st.text(max_size=60))
def test_any_text_is_a_number_or_nothing(text: str) -> None:
    assert numbers.normalise(text) == "" or len(numbers.normalise(text)) == 16


def test_a_number_is_read_however_it_is_typed(db: None) -> None:
    card = CardFactory.create()
    four = numbers.grouped(card.number)
    full_width = card.number.translate({ord("0") + n: ord("０") + n for n in range(10)})

    for typed in (
        card.number,
        four,
        four.replace(" ", "-"),
        four.replace(" ", "—"),
        four.replace(" ", "\u3000"),
        f"  {full_width}\n",
    ):
        assert cards_selectors.card_by_number(typed) == card
        assert cards_selectors.find(typed, at=NOON)[0].card == card
    for typed in ("", card.number[:-1], f"{card.number}0", "\x00", "😀" * 50, "٣" * 16):
        assert cards_selectors.card_by_number(typed) is None
        assert cards_selectors.find(typed, at=NOON) == []


def test_a_lookup_is_one_index_scan(db: None) -> None:
    card = CardFactory.create()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM cards_card WHERE number = %s", [card.number]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Index Scan using cards_card_number" in plan


def test_the_database_checks_a_number_itself(db: None) -> None:
    kind, right = CardKindFactory.create(), numbers.new_number()
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)

    with pytest.raises(IntegrityError, match="number_checks"), transaction.atomic():
        CardFactory.create(kind=kind, number=wrong)
    with pytest.raises(IntegrityError, match="sixteen_digits"), transaction.atomic():
        CardFactory.create(kind=kind, number="0")
    CardFactory.create(kind=kind, number=right)
    with pytest.raises(IntegrityError, match="number"), transaction.atomic():
        CardFactory.create(kind=kind, number=right)


@pytest.mark.django_db
@pytest.mark.long
def test_a_hundred_thousand_numbers_are_made_in_seconds() -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)

    began = time.process_time()
    batch = cards_services.make_stock(
        kind_id=kind.pk, quantity=100_000, by=an_act(), at=NOON, key="stock:1"
    )
    ours = time.process_time() - began

    cards = Card.objects.filter(batch=batch, status=Card.Status.STOCK)
    assert cards.count() == 100_000
    # What is ours of it; the database's part is one statement.
    assert ours < 10
    numbers_made = list(cards.values_list("number", flat=True))
    assert len(set(numbers_made)) == 100_000
    # Evenly spread: each digit of the body is a tenth of them, give or take.
    for place in range(1, 15):
        zeros = sum(number[place] == "0" for number in numbers_made)
        assert 9_000 < zeros < 11_000


@pytest.mark.django_db
def test_numbers_that_collide_are_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With hardly any numbers to draw from, every card still gets one of its own."""
    drawn = iter([1, 1, 2, 2, 2, 3, 1, 2, 4, *range(3, 100)])
    monkeypatch.setattr(numbers, "body", lambda: f"{next(drawn):014d}")
    kind = CardKindFactory.create(form=CardKind.Form.BEARER)

    batch = cards_services.make_stock(
        kind_id=kind.pk, quantity=6, by=an_act(), at=NOON, key="stock:2"
    )

    assert Card.objects.filter(batch=batch).count() == 6


@pytest.mark.django_db
def test_a_batch_is_made_once_for_a_key_and_within_bounds() -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)
    virtual = CardKindFactory.create()

    def make(kind_id: int, quantity: int) -> StockBatch:
        return cards_services.make_stock(
            kind_id=kind_id, quantity=quantity, by=an_act(), at=NOON, key="stock:3"
        )

    assert make(kind.pk, 3) == make(kind.pk, 3)
    assert Card.objects.count() == 3
    for quantity in (0, -1, cards_services.LARGEST_BATCH + 1, 10**30):
        with pytest.raises(QuantityRefused):
            make(kind.pk, quantity)
    with pytest.raises(NotPrinted):
        make(virtual.pk, 1)
    with pytest.raises(KindNotInUse):
        make(10**9, 1)
    assert Card.objects.count() == 3


@pytest.mark.django_db
def test_numbers_leave_the_house_with_permission_and_a_trace() -> None:
    kind = CardKindFactory.create(form=CardKind.Form.PRINTED)
    batch = cards_services.make_stock(
        kind_id=kind.pk, quantity=5, by=an_act(), at=NOON, key="stock:4"
    )
    first = Card.objects.filter(batch=batch).order_by("pk")[0]
    cards_services.close(card_id=first.pk, by=an_act(), at=NOON)
    office = UserFactory.holding("head-office")
    marketing = UserFactory.holding("marketing")

    with pytest.raises(NotAllowed):
        cards_services.export_stock(
            batch_id=batch.pk,
            reason="print",
            by=stores_services.act(staff=marketing, at=NOON),
            at=NOON,
        )
    exported = cards_services.export_stock(
        batch_id=batch.pk,
        reason="print",
        by=stores_services.act(staff=office, at=NOON),
        at=NOON,
    )

    assert len(exported) == 4
    assert first.number not in exported
    event = AuditEvent.objects.get(act="cards.stock_exported")
    assert event.facts == {"cards": 4, "times": 1, "reason": "print"}
    assert event.staff == office
    batch.refresh_from_db()
    assert batch.exports == 1
