"""The document is OpenAPI 3.1 to the letter, and a client made from it plays a sale."""

import importlib
import sys
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pytest_django.live_server_helper import LiveServer

from checkout.models import Sale
from tests.factories.api import a_till
from tests.factories.stored_value import is_proven

NAME = "regulars_client"
JSON = "application/json"


@pytest.fixture
def document(client: Client) -> Any:
    return client.get("/api/v1/openapi.json").json()


@pytest.mark.django_db
def test_the_document_is_valid(document: Any) -> None:
    wrong = [
        (list(error.absolute_path), error.message)
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]

    assert wrong == []


@pytest.mark.django_db
def test_every_parameter_has_its_name_and_may_be_left_out_where_it_may(
    document: Any,
) -> None:
    told = {
        (path, parameter["name"]): parameter["required"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    }

    assert len(told) >= 8
    assert [name for (_, name), needed in told.items() if needed] == ["reference"]
    limits = document["paths"]["/api/v1/members/{member}/coupons"]["get"]["parameters"]
    (limit,) = [each["schema"] for each in limits if each["name"] == "limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 200, 50)


KEYWORDS_OF_PYDANTIC = {"ge", "le", "gt", "lt", "max_length", "min_length"}


def _keywords(told: Any) -> Iterator[str]:
    """The keywords of schemas, wherever they stand; no names of fields."""
    if isinstance(told, list):
        for each in told:
            yield from _keywords(each)
    elif isinstance(told, dict):
        yield from told.keys()
        for name, each in told.items():
            named = name in ("properties", "schemas")
            yield from _keywords(list(each.values()) if named else each)


@pytest.mark.django_db
def test_no_word_of_a_library_stands_for_one_of_the_schema(document: Any) -> None:
    assert not KEYWORDS_OF_PYDANTIC & set(_keywords(document))


@pytest.mark.django_db
def test_every_example_is_what_its_schema_says(document: Any) -> None:
    wrong, seen = [], 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            bodies = [
                operation.get("requestBody", {}),
                *operation["responses"].values(),
            ]
            for body in bodies:
                for told in body.get("content", {}).values():
                    if "example" not in told:
                        continue
                    seen += 1
                    schema = {**told["schema"], "components": document["components"]}
                    errors = OAS31Validator(schema).iter_errors(told["example"])
                    wrong += [(path, method, error.message) for error in errors]

    assert seen > 100
    assert wrong == []


@pytest.fixture
def generated(tmp_path: Path, client: Client, monkeypatch: Any) -> Iterator[ModuleType]:
    """A package that a stranger's generator made of the document."""
    told = tmp_path / "openapi.json"
    told.write_bytes(client.get("/api/v1/openapi.json").content)
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        document_source=told,
        file_encoding="utf-8",
        overwrite=True,
        output_path=tmp_path / NAME,
    )
    assert [(each.header, each.detail) for each in generate(config=config)] == []
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module(NAME)
    for name in [name for name in sys.modules if name.split(".")[0] == NAME]:
        del sys.modules[name]


@pytest.mark.django_db(transaction=True)
def test_a_client_made_from_the_document_plays_a_sale(
    generated: ModuleType, live_server: LiveServer
) -> None:
    till = a_till()
    client = generated.AuthenticatedClient(
        base_url=live_server.url,
        token=till.text,
        headers={"Connection": "close"},  # or a thread keeps its database open
    )

    def call(path: str, **values: Any) -> Any:
        module = importlib.import_module(f"{NAME}.api.{path}")
        return module.sync_detailed(client=client, **values)

    models = importlib.import_module(f"{NAME}.models")
    enrolled = call(
        "members.enrol_member",
        body=models.MemberIn(name="王小明", phone="+8613800138000"),
    )
    assert enrolled.status_code == HTTPStatus.CREATED, enrolled.content
    member = enrolled.parsed.id
    found = call("members.find_member", phone="+8613800138000")
    assert found.parsed.id == member

    (cash, *_others) = call("tenders.list_tenders").parsed.items
    then = now() - timedelta(hours=1)
    quoted = call("sales.quote_bill", body=models.QuoteIn(member=member, gross=60_00))
    bill = models.SaleIn(
        reference="0001",
        member=member,
        gross=60_00,
        tenders=[models.SaleTender(kind=cash.code, amount=quoted.parsed.due)],
        occurred_at=then,
    )
    sold = call("sales.settle_bill", body=bill, idempotency_key="k1")
    again = call("sales.settle_bill", body=bill, idempotency_key="k1")
    assert sold.status_code == HTTPStatus.CREATED, sold.content
    assert again.parsed.id == sold.parsed.id
    assert call("sales.read_sale", sale=sold.parsed.id).parsed.net == 60_00
    coupons = call("coupons.list_coupons", member=member, limit=1)
    assert coupons.parsed.items == []
    statement = call("stored_value.read_statement", member=member)
    assert statement.status_code == HTTPStatus.OK

    refused = call("sales.settle_bill", body=bill, idempotency_key="k2")
    assert isinstance(refused.parsed, models.Problem)
    given = call(
        "sales.refund_sale",
        sale=sold.parsed.id,
        body=models.RefundIn(amount=10_00, reason="cold soup"),
        idempotency_key="k3",
    )
    assert given.status_code == HTTPStatus.CREATED, given.content
    assert (Sale.objects.get().refunded, Sale.objects.get().at) == (10_00, then)
    assert is_proven()
