"""The rotating code: a minute, once, for whom it was made; guessing is counted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards import tokens
from cards.errors import CodeRefused, CodesLocked
from cards.models import Card, CodeGuess, CodeUse
from cards.tokens import LENGTH, STEP, mint_code, read_code
from stores.models import AuditEvent
from tests.factories.cards import CardFactory
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

MOMENTS = st.integers(1_500_000_000, 4_100_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@given(at=MOMENTS, who=st.integers(1, 10**9 // 2 - 1), waits=st.floats(-STEP, 59.9))
def test_a_code_says_whose_it_is_for_a_minute(
    at: datetime, who: int, waits: float
) -> None:
    later = at + timedelta(seconds=waits)
    of_card, of_member = mint_code(at=at, card_id=who), mint_code(at=at, member_id=who)

    assert len(of_card) == len(of_member) == LENGTH
    assert of_card.isdigit()
    assert of_card != of_member
    read, other = read_code(of_card, at=later), read_code(of_member, at=later)
    assert read is not None
    assert other is not None
    assert (read.card_id, read.member_id) == (who, None)
    assert (other.card_id, other.member_id) == (None, who)


@given(at=MOMENTS, who=st.integers(1, 10**8), waits=st.integers(60 + STEP, 10**7))
def test_a_code_is_over_after_its_minute_and_one_step(
    at: datetime, who: int, waits: int
) -> None:
    code = mint_code(at=at, card_id=who)

    assert read_code(code, at=at + timedelta(seconds=waits)) is None
    assert read_code(code, at=at - timedelta(seconds=2 * STEP)) is None


@given(at=MOMENTS, place=st.integers(0, LENGTH - 1), other=st.integers(1, 9))
def test_a_code_with_one_digit_changed_is_nobodys(
    at: datetime, place: int, other: int
) -> None:
    code = mint_code(at=at, card_id=77)
    changed = str((int(code[place]) + other) % 10)

    assert read_code(code[:place] + changed + code[place + 1 :], at=at) is None


@given(text=st.text(max_size=40))
def test_no_text_is_more_than_refused(text: str) -> None:
    assert read_code(text, at=NOON) is None


def test_two_codes_of_one_card_have_nothing_in_common() -> None:
    codes = [
        mint_code(at=NOON + timedelta(seconds=STEP * step), card_id=12)
        for step in range(200)
    ]

    assert len(set(codes)) == 200
    assert len({code[1:10] for code in codes}) == 200


def test_a_key_of_yesterday_is_understood_and_a_strange_one_is_not(
    settings: Any,
) -> None:
    code = mint_code(at=NOON, card_id=5)
    old = settings.SECRET_KEY

    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-for-the-tests"
    assert read_code(code, at=NOON) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert read_code(code, at=NOON) is not None


def test_nobody_is_named_by_more_than_nine_digits() -> None:
    with pytest.raises(tokens.TooManyToName):
        mint_code(at=NOON, card_id=10**9)
    with pytest.raises(ValueError, match="a card or for a member"):
        mint_code(at=NOON)


@pytest.fixture
def card(db: Iterator[None]) -> Card:
    return CardFactory.create()


def test_a_code_serves_once(card: Card) -> None:
    code = mint_code(at=NOON, card_id=card.pk)
    typed = f"{code[:6]} {code[6:12]}-{code[12:]}"

    use = cards_services.use_rotating_code(code=typed, at=NOON, by=an_act())

    assert use.card == card
    assert cards_selectors.is_used(use, at=NOON + timedelta(seconds=60))
    assert not cards_selectors.is_used(use, at=NOON + timedelta(seconds=301))
    with pytest.raises(CodeRefused):
        cards_services.use_rotating_code(
            code=code, at=NOON + timedelta(seconds=5), by=an_act()
        )
    assert CodeUse.objects.count() == 1


def test_a_members_code_serves_without_a_card(card: Card) -> None:
    member = MemberFactory.create()
    code = mint_code(at=NOON, member_id=member.pk)

    assert cards_selectors.find(code, at=NOON)[0].member == member
    use = cards_services.use_rotating_code(code=code, at=NOON, by=an_act())

    assert use.member == member


@pytest.mark.parametrize("status", ["lost", "expired", "closed"])
def test_a_card_that_is_not_usable_shows_no_code(card: Card, status: str) -> None:
    code = mint_code(at=NOON, card_id=card.pk)
    Card.objects.filter(pk=card.pk).update(status=status)

    assert cards_selectors.find(code, at=NOON) == []
    with pytest.raises(CodeRefused):
        cards_services.use_rotating_code(code=code, at=NOON, by=an_act())
    assert not CodeUse.objects.exists()


def test_wrong_codes_are_counted_by_place_and_lock_it(card: Card) -> None:
    here, there = an_act(actor="key:1"), an_act(actor="key:2")
    right = mint_code(at=NOON, card_id=card.pk)

    with pytest.raises(CodeRefused):
        cards_services.use_rotating_code(code="7" * LENGTH, at=NOON, by=there)
    for number in range(5):
        with pytest.raises(CodesLocked if number == 4 else CodeRefused):
            cards_services.use_rotating_code(code=f"7{number:017d}", at=NOON, by=here)
    with pytest.raises(CodesLocked):
        cards_services.use_rotating_code(code=right, at=NOON, by=here)

    assert not CodeUse.objects.exists()
    assert AuditEvent.objects.filter(act="cards.codes_locked").count() == 1
    other = CodeGuess.objects.get(place="key:2")
    assert (other.wrong, other.locked_until) == (1, None)
    cards_services.use_rotating_code(code=right, at=NOON, by=there)
    later = NOON + timedelta(minutes=15)
    fresh = mint_code(at=later, card_id=card.pk)
    cards_services.use_rotating_code(code=fresh, at=later, by=here)
    assert CodeGuess.objects.get(place="key:1").wrong == 0


def test_used_codes_are_forgotten_when_they_prove_nothing(card: Card) -> None:
    code = mint_code(at=NOON, card_id=card.pk)
    cards_services.use_rotating_code(code=code, at=NOON, by=an_act())

    assert cards_services.sweep_codes(at=NOON + timedelta(days=7)) == 0
    assert cards_services.sweep_codes(at=NOON + timedelta(days=9)) == 1


def test_above_the_shops_limit_a_number_is_not_enough(card: Card) -> None:
    def asks(amount: int, *, anonymous: bool = False) -> bool:
        return cards_selectors.needs_code(amount=amount, anonymous=anonymous, at=NOON)

    assert [asks(200_00), asks(200_01)] == [False, True]
    assert [asks(200_00, anonymous=True), asks(200_01, anonymous=True)] == [False, True]
