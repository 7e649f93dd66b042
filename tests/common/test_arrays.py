"""What is written as an array is read as it was meant."""

import pytest
from django.db import connection

from common.arrays import integers, texts


def read(kind: str, written: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [written])
        (found,) = cursor.fetchone()
    return list(found)


@pytest.mark.django_db
@pytest.mark.parametrize("values", [[], [1], [None], [-1, None, 2**63 - 1], [True]])
def test_numbers(values: list[int | None]) -> None:
    assert read("bigint", integers(values)) == values


@pytest.mark.django_db
@pytest.mark.parametrize("values", [
    [], [""], [None], ["NULL", None, "null"], ["a,b", "{x}", 'say "so"', "back\\slash"],
    [' "', "\\", "\n", "陈", "'; DROP TABLE x; --", "%s"],
])  # fmt: skip
def test_words(values: list[str | None]) -> None:
    assert read("text", texts(values)) == values
