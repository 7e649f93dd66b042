"""The number that each request carries."""

import uuid

import pytest
from django.test import Client

WELL_FORMED = [
    "0123456789abcdef0123456789abcdef",
    "01939a3e-7a1c-7000-8000-123456789012",
]


@pytest.mark.parametrize("given", WELL_FORMED)
def test_a_well_formed_number_is_kept(given: str) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "+8613800138000", "a b", "x" * 500, "0123\r\nSet-Cookie: a=b", "DROP"]
)
def test_anything_else_is_replaced(given: str) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})
    minted = answer["X-Request-ID"]
    assert minted != given
    assert str(uuid.UUID(minted)) == minted


def test_two_requests_have_two_numbers() -> None:
    client = Client()
    assert (
        client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]
    )
