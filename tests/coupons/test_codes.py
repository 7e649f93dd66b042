"""Codes: unguessable, forgiving to read, checked; SQL and Python make the same."""

import uuid
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from coupons import codes
from coupons import selectors as coupons_selectors
from coupons.errors import CodeNotKnown
from tests.factories.coupons import issued

PLACES = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12)  # of a random UUID, five bits each

in_code = st.text(st.sampled_from(codes.ALPHABET), min_size=11, max_size=11)


def finished(body: str) -> str:
    return body + codes.check_character(body)


@given(in_code)
def test_it_is_read_however_it_was_typed(body: str) -> None:
    code = finished(body)
    sloppy = codes.grouped(code).lower().replace("1", "l").replace("0", "o")

    assert codes.normalised(sloppy) == code
    assert codes.normalised(f"  {code[:5]} {code[5:]}\n") == code
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert codes.normalised(wide) == code


@given(in_code, st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_noticed(body: str, at: int, other: str) -> None:
    code = finished(body)
    wrong = code[:at] + other + code[at + 1 :]

    assert (codes.normalised(wrong) is None) is (wrong != code)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "🎂" * 12,
        "\u202eABCDEFGHJKMN",
        "A" * 10_000,
        "ABC",
        "\x00" * 12,
        "一二三四五六七八九十百千",
        "' OR 1=1 --",
    ],
)
@pytest.mark.django_db
def test_what_is_no_code_is_told_so(typed: str) -> None:
    assert codes.normalised(typed) is None
    with pytest.raises(CodeNotKnown):
        coupons_selectors.by_code(typed)


def test_new_codes_differ_and_check() -> None:
    for length in (codes.HELD, codes.BEARER):
        made = {codes.new_code(length) for _time in range(500)}
        assert len(made) == 500
        assert all(codes.normalised(code) == code for code in made)


def test_what_is_kept_of_a_bearers_code_needs_our_key(settings: Any) -> None:
    before = codes.digest("ABCD")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert codes.digest("ABCD") != before
    assert before in codes.digests("ABCD")
    assert len(before) == 32


@pytest.mark.django_db
def test_the_database_makes_codes_that_python_reads() -> None:
    for _time in range(50):
        random = uuid.uuid4().bytes
        with connection.cursor() as cursor:
            cursor.execute("SELECT coupons_code(%s)", [random])
            [made] = cursor.fetchone()
        body = "".join(codes.ALPHABET[random[at] & 31] for at in PLACES)
        assert made == finished(body)
        assert codes.normalised(made) == made


@pytest.mark.django_db
def test_codes_made_by_the_thousand_are_spread_over_the_alphabet() -> None:
    """No place of a random UUID that is fixed has come into a code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coupons_code(uuid_send(u)) FROM (SELECT gen_random_uuid() AS u"
            " FROM generate_series(1, 4000) OFFSET 0) r"
        )
        made = [row[0] for row in cursor.fetchall()]

    assert len(set(made)) == 4000
    for place in range(codes.HELD):
        assert len({code[place] for code in made}) == 32


@pytest.mark.django_db
def test_a_coupon_is_found_by_its_code() -> None:
    coupon = issued()

    assert coupons_selectors.by_code(codes.grouped(coupon.code or "").lower()) == coupon
