"""The document that programs read, and the page that people do."""

import json
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Any:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    return response.json()


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_address_names_its_refusals_and_its_key(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert len(operations(document)) >= 4
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["security"] == [{"ApiKeyBearer": []}], where
        assert operation["x-scope"], where
        assert operation["summary"], where
        for status in ("400", "401", "403", "404", "422", "429", "500"):
            answer = operation["responses"][status]
            assert list(answer["content"]) == ["application/problem+json"], where


def test_a_post_that_moves_value_asks_for_its_key(document: Any) -> None:
    asked = {
        path: parameter["required"]
        for path, method, operation in operations(document)
        for parameter in operation["parameters"]
        if parameter["name"] == "Idempotency-Key" and method == "post"
    }
    assert asked.pop("/api/v1/members") is False
    assert all(asked.values())


def test_what_is_answered_is_told_field_by_field(document: Any) -> None:
    vague = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if "additionalProperties" in json.dumps(told)
    ]

    assert vague == ["Problem.facts"]


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    response = client.get("/api/v1/docs")

    assert response.status_code == 200
    page = response.content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert "unsafe" not in response["Content-Security-Policy"]


def test_whoever_asks_needs_no_key(client: Client) -> None:
    assert client.get("/api/v1/openapi.json").status_code == 200
    assert client.delete("/api/v1/openapi.json").status_code == 405
