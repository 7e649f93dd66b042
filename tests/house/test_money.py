"""One place knows the sign and the decimals of the shop's currency."""

import re
from pathlib import Path

import pytest

from tests.house import sources

MAY_KNOW = {"common/money.py"}
TEXTS = {".py", ".html", ".js", ".css", ".txt", ".sql", ".po"}
PLACES = (*sources.APPS, "templates", "static", "locale")
# A sign of a currency before a digit or a value, or any yuan sign; a factor of 100.
BYPASSES = re.compile(
    r"[¥￥]|(?:NT|HK|US)\$|[€£]\s*[0-9{]"
    r"|(?:\*|//?) ?100\b(?! ?\*)|[0-9)]\.toFixed\(2\)"
    r"|get_currency_precision|format_currency"
)
NO_MONEY = {
    "config/env.py": "get_currency_precision",  # which currencies there are
    "outbox/schedule.py": "// 100",  # per cent of a wait
}


def found_in(text: str) -> list[str]:
    return [match[0] for match in BYPASSES.finditer(text)]


def texts() -> list[Path]:
    return [
        path
        for place in PLACES
        for path in sorted((sources.BASE_DIR / place).rglob("*"))
        if path.suffix in TEXTS
        and not {"vendor", "migrations", "art"} & set(path.parts)
    ]


def test_only_common_money_knows_a_sign_or_a_factor() -> None:
    wrong = []
    for path in texts():
        name = sources.name_of(path)
        if name in MAY_KNOW:
            continue
        found = [one for one in found_in(path.read_text()) if one != NO_MONEY.get(name)]
        wrong += [(name, one) for one in found]
    assert not wrong


@pytest.mark.parametrize(
    "planted",
    [
        "<span>¥</span>",
        "amount * 100",
        "amount // 100",
        "x /100",
        "'NT$' + x",
        "(a).toFixed(2)",
    ],
)
def test_what_would_bypass_it_is_found(planted: str) -> None:
    assert found_in(planted)
