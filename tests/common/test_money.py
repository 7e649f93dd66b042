"""Amounts as people write and read them."""

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common import money


@pytest.mark.parametrize(
    ("language", "currency", "amount", "written"),
    [
        ("en", "CNY", 21660, "¥216.60"),
        ("zh-hans", "CNY", 21660, "¥216.60"),
        ("zh-hant", "CNY", 123456789, "¥1,234,567.89"),
        ("zh-hant", "TWD", 21660, "NT$21,660"),
        ("en", "EUR", 123450, "€1,234.50"),
        ("en", "USD", 123450, "$1,234.50"),
        ("en", "JPY", 21660, "¥21,660"),
        ("en", "CNY", 1, "¥0.01"),
        ("en", "KWD", 1234, "KWD1.234"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(
    language: str, currency: str, amount: int, written: str
) -> None:
    with translation.override(language):
        assert money.format_money(amount, currency=currency) == written


def test_a_refund_keeps_its_sign_and_its_last_cent() -> None:
    with translation.override("en"):
        assert money.format_money(-1, currency="CNY") == "-¥0.01"
        assert money.format_money(2**63 - 1, currency="CNY").endswith("758.07")


def test_counts_are_grouped_and_named() -> None:
    with translation.override("en"):
        assert money.format_count(3260) == "3,260"
        assert money.format_amount(3260, "points") == "3,260 points"
        assert money.format_amount(3260, "CNY") == "¥32.60"
    with translation.override("zh-hant"):
        assert money.format_amount(3260, "points") == "3,260 點數"
        assert money.format_amount(3260, "growth") == "3,260 成長值"


def test_templates_write_the_same() -> None:
    template = Template("{% load money %}{{ m|money }} {{ m|points }} {{ m|amount:u }}")
    with translation.override("en"):
        page = template.render(Context({"m": 1250, "u": "stamps"}))
    assert page == "¥12.50 1,250 1,250 stamps"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("216.60", 21660),
        ("216.6", 21660),
        ("216", 21600),
        ("216.", 21600),
        ("¥216.60", 21660),
        (" 1,234.50 ", 123450),
        ("1,234,567", 123456700),
        ("２１６．６０", 21660),
        ("￥12", 1200),
        ("0.01", 1),
        ("12.500", 1250),
        ("0", 0),
        ("92233720368547758.07", 2**63 - 1),
    ],
)
def test_what_is_typed_is_read_to_the_cent(typed: str, amount: int) -> None:
    assert money.parse_money(typed, currency="CNY") == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_an_amount"),
        ("-5", "not_an_amount"),
        ("1e5", "not_an_amount"),
        ("1_000", "not_an_amount"),
        ("12,34", "not_an_amount"),
        ("1.2.3", "not_an_amount"),
        (".5", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("Infinity", "not_an_amount"),
        ("0x10", "not_an_amount"),
        ("1²", "not_an_amount"),
        ("٣", "not_an_amount"),
        ("$5", "not_an_amount"),
        ("12.345", "too_many_decimals"),
        ("92233720368547758.08", "too_large"),
        ("9" * 400, "too_large"),
    ],
)
def test_what_is_doubtful_is_refused(typed: str, code: str) -> None:
    with pytest.raises(money.AmountRefused) as refusal:
        money.parse_money(typed, currency="CNY")
    assert refusal.value.code == code


@given(amount=st.integers(min_value=0, max_value=2**63 - 1))
def test_what_is_shown_for_editing_reads_back_the_same(amount: int) -> None:
    assert money.parse_money(money.plain(amount, currency="CNY"), currency="CNY") == (
        amount
    )


@given(
    amount=st.integers(min_value=0, max_value=2**63 - 1),
    currency=st.sampled_from(["CNY", "JPY", "KWD", "TWD", "USD", "EUR"]),
    language=st.sampled_from(["en", "zh-hans", "zh-hant"]),
)
def test_what_is_printed_reads_back_the_same(
    amount: int, currency: str, language: str
) -> None:
    with translation.override(language):
        printed = money.format_money(amount, currency=currency)
        assert money.parse_money(printed, currency=currency) == amount


def test_without_a_reader_it_is_written_in_the_language_of_the_house() -> None:
    with translation.override(None):
        assert money.reader_locale() == "en_GB"
