"""Codes: read however they are typed, never guessed, kept only as hashes."""

from itertools import combinations

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from gift_cards import codes
from gift_cards.models import GiftCardCode
from tests.factories.gift_cards import a_card, at_store

CODE = st.text(alphabet=codes.ALPHABET, min_size=15, max_size=15).map(
    lambda body: body + codes.check_character(body)
)


@given(CODE)
def test_any_one_character_misread_is_seen(code: str) -> None:
    for place in range(codes.LENGTH):
        for other in set(codes.ALPHABET) - {code[place]}:
            wrong = code[:place] + other + code[place + 1 :]
            assert codes.normalised(wrong) is None


@given(CODE)
def test_any_two_characters_swapped_are_seen(code: str) -> None:
    for one, other in combinations(range(codes.LENGTH), 2):
        if code[one] != code[other]:
            swapped = list(code)
            swapped[one], swapped[other] = code[other], code[one]
            assert codes.normalised("".join(swapped)) is None


@given(CODE, st.sampled_from([" ", "-", " - ", "–", "　", ".", "\t"]))
def test_spaces_case_and_look_alikes_are_read_as_they_are_meant(
    code: str, gap: str
) -> None:
    typed = gap.join(code[place : place + 4] for place in range(0, 16, 4)).lower()
    typed = typed.replace("0", "o").replace("v", "u")
    for look_alike in "iIlL":
        assert codes.normalised(typed.replace("1", look_alike)) == code
    assert codes.normalised(f"  {codes.grouped(code)}  ") == code
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert codes.normalised(wide) == code


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_code_or_nothing(typed: str) -> None:
    found = codes.normalised(typed)
    assert found is None or len(found) == codes.LENGTH


@pytest.mark.parametrize(
    "typed", ["", "\x00" * 16, "😀" * 16, "٠" * 16, "0" * 15, "0" * 17, "0" * 10**6]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert codes.normalised(typed) is None


def test_codes_are_random_and_of_the_whole_alphabet() -> None:
    made = [codes.new_code() for _ in range(2_000)]

    assert len(set(made)) == len(made)
    for place in range(codes.LENGTH):
        assert {code[place] for code in made} == set(codes.ALPHABET)
    assert all(codes.normalised(code) == code for code in made)


def test_pins_are_six_digits() -> None:
    pins = [codes.new_pin() for _ in range(500)]
    assert all(len(pin) == 6 and pin.isdecimal() for pin in pins)
    assert len(set(pins)) > 490


def test_a_hash_depends_on_the_key_the_code_and_for_a_pin_on_both() -> None:
    one, other = codes.Key("one"), codes.Key("other")
    code = codes.new_code()

    assert one.of_code(code) != other.of_code(code)
    assert one.key_id != other.key_id
    assert one.of_pin(code, "123456") != one.of_pin(codes.new_code(), "123456")
    assert one.of_pin(code, "123456") != one.of_pin(code, "123457")
    assert len(one.of_code(code)) == 64


def test_the_latest_key_comes_first_and_the_former_ones_stay() -> None:
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old", "older"]):
        assert [key.secret for key in codes.all_keys()] == ["new", "old", "older"]
        assert codes.current_key().secret == "new"


@pytest.mark.django_db
def test_no_two_cards_have_one_code() -> None:
    by = at_store()
    first, second = a_card(50_00, by=by), a_card(50_00, by=by)
    digest = GiftCardCode.objects.get(card_id=first.card_id).digest

    with pytest.raises(IntegrityError, match="digest"), transaction.atomic():
        GiftCardCode.objects.filter(card_id=second.card_id).update(digest=digest)
