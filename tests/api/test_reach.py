"""Who reaches what: every address with every kind of key that should not."""

import json
from typing import Any

import pytest
from django.test import Client

from stores.scopes import SCOPES
from tests.factories.api import Till, a_key, a_till, is_problem
from tests.factories.coupons import TemplateFactory
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db


def addresses() -> list[tuple[str, str, str]]:
    """Method, path and scope of everything that the document names."""
    document = Client().get("/api/v1/openapi.json").json()
    return [
        (method.upper(), path.removeprefix("/api/v1"), operation["x-scope"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def filled(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.fixture
def ids() -> dict[str, str]:
    """Things that are really there, of a store of their own."""
    till = a_till()
    member = MemberFactory.create()
    member.refresh_from_db()
    topped = till.post(
        f"/members/{member.public_id}/top-ups",
        {"amount": 300_00, "tender": {"kind": "cash"}},
        key=a_key(),
    ).json()
    template = TemplateFactory.drawn()
    body = {"template": template.code, "member": str(member.public_id)}
    given = till.post("/coupons/issue", body, key=a_key()).json()
    return {
        "member": str(member.public_id),
        "top_up": topped["id"],
        "coupon": given["coupons"][0]["id"],
        "sale": topped["id"],
        "hold": topped["id"],
        "refund": topped["id"],
    }


def test_every_scope_is_one_that_keys_may_hold() -> None:
    assert {scope for _method, _path, scope in addresses()} <= set(SCOPES)


def test_no_address_opens_without_its_scope(ids: dict[str, str]) -> None:
    before = everything()
    for method, path, scope in addresses():
        others = tuple(other for other in SCOPES if other != scope)
        response = a_till(*others).send(method, filled(path, ids), {}, key=a_key())

        assert is_problem(response, 403, "scope_missing"), (method, path)
        assert ids["member"] not in response.content.decode()
    assert everything() == before


def test_no_address_opens_without_a_key(ids: dict[str, str]) -> None:
    before = everything()
    for method, path, _scope in addresses():
        response = Client().generic(
            method,
            "/api/v1" + filled(path, ids),
            json.dumps({}),
            content_type="application/json",
        )

        assert is_problem(response, 401, "unauthorized"), (method, path)
    assert everything() == before


def test_a_key_that_writes_does_not_read_or_write_elsewhere(
    ids: dict[str, str],
) -> None:
    stranger: Till = a_till()
    before = everything()

    refused: Any = stranger.post(f"/top-ups/{ids['top_up']}/refund", key=a_key())

    assert is_problem(refused, 404, "top_up_not_found")
    assert everything() == before
