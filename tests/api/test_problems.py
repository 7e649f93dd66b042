"""What is refused, and how it is told: always a document, never a page or a 500."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client, override_settings

from api import v1
from common.errors import DomainError
from members.models import Member
from tests.factories.api import Till, is_problem
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db


def sent(till: Till, body: bytes, content_type: str = "application/json") -> Any:
    return till.client.generic(
        "POST",
        "/api/v1/members",
        body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {till.text}"},
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not_json"),
        (b'{"name": "\xff"}', 400, "not_json"),
        (b'{"name": NaN}', 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
        (b"[" * 40 + b"]" * 40, 422, "invalid"),
        (b"1" * 5000, 400, "not_json"),
        (b'"text"', 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"", 422, "invalid"),
        (b'{"name": "a\\u0000", "phone": "1"}', 422, "invalid"),
        (b'{"name": "\\ud800", "phone": "1"}', 422, "invalid"),
        (b'{"\\ud800": 1}', 422, "invalid"),
        (b'{"name": 1e999, "phone": "1"}', 422, "invalid"),
        (b'{"name": 99999999999999999999, "phone": "1"}', 422, "invalid"),
        (b'{"name": ["a"], "phone": {"b": 1}}', 422, "invalid"),
        (b'{"name": "a", "phone": true}', 422, "invalid"),
        (b'{"name": "a", "phone": "13800138000", "name": "b"}', 422, "invalid"),
        (b'{"\\ud800": 1, "\\ud800": 1}', 422, "invalid"),
        (b" " * (256 * 1024 + 1), 413, "too_large"),
    ],
)
def test_a_body_that_is_no_request_changes_nothing(
    till: Till, body: bytes, status: int, code: str
) -> None:
    assert is_problem(sent(till, body), status, code)
    assert Member.objects.count() == 0


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "multipart/form-data; boundary=x",
        "",
        "😀",
    ],
)
def test_only_json_is_read(till: Till, content_type: str) -> None:
    response = sent(till, b'{"name": "a", "phone": "b"}', content_type)

    assert is_problem(response, 415, "unsupported_media_type")


def test_each_field_is_told_what_is_wrong(till: Till) -> None:
    body = {"name": 5, "consents": {"sms": "yes"}, "odd": 1}

    response = till.post("/members", body)

    assert is_problem(response, 422, "invalid")
    told = {error["field"]: error["message"] for error in response.json()["errors"]}
    assert told == {
        "name": "This must be text.",
        "phone": "This is missing.",
        "consents.sms": "This must be true or false.",
        "odd": "There is no such field.",
    }


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("GET", "/api/v1/members/{}/coupons?cursr=1"),
        ("GET", "/api/v1/members/{}/coupons?=1"),
        ("GET", "/api/v1/members/{}/coupons?limit=1&limit=2"),
        ("GET", "/api/v1/members/{}/coupons?member=1"),
        ("GET", "/api/v1/members/{}/statement?limit=1&=null&=null"),
        ("PATCH", "/api/v1/members/{}?name=Wang"),
    ],
)
def test_what_an_address_does_not_ask_for_is_refused(
    till: Till, method: str, asked: str
) -> None:
    member = MemberFactory.create(name="Li")

    answer = till.client.generic(
        method,
        asked.format(member.public_id),
        b"{}" if method == "PATCH" else b"",
        content_type="application/json",
        headers={"Authorization": f"Bearer {till.text}"},
    )

    assert is_problem(answer, 422, "invalid")
    assert len(answer.json()["errors"]) == 1
    member.refresh_from_db()
    assert member.name == "Li"


def test_a_refusal_is_in_the_readers_language(till: Till) -> None:
    told = till.ask("/members?code=1", Accept_Language="zh-Hans").json()

    assert told["code"] == "member_not_found"
    assert not told["detail"].isascii()


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2", "/api/v1/", "/api/v1/nothing", "/api/v1/members/1/2"]
)
def test_an_unknown_address_is_a_document_too(path: str) -> None:
    assert is_problem(Client().get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_a_method_that_is_not_known_is_told_which_are(method: str) -> None:
    response = Client().generic(method, "/api/v1/members")

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


def test_what_breaks_is_told_without_a_detail(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("api.routes.members.pictures.by_code", broken)

    response = till.ask("/members?code=1")

    assert is_problem(response, 500, "internal_error")
    assert b"secret" not in response.content


@override_settings(ALLOWED_HOSTS=["till.example"])
def test_a_wrong_host_is_told_so_in_a_document() -> None:
    response = Client().get("/api/v1/members", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert json.loads(response.content)["status"] == 400


def test_every_refusal_of_the_house_has_a_status() -> None:
    """The table names only words that some app says; a typing slip would be silent."""
    from pathlib import Path

    from api import problems

    root = Path(v1.__file__).parent.parent
    texts = [path.read_text() for path in root.glob("*/errors.py")]
    texts += [path.read_text() for path in root.glob("api/**/*.py")]
    said = "".join(texts)
    made = {f"coupon_{why}" for why in ("unknown", "void", "redeemed", "offered")}
    made |= {f"coupon_{why}" for why in ("not_yet", "expired", "other_member", "uses")}
    missing = [
        code
        for code in problems.TOLD
        if code not in made and said.count(f'"{code}"') < 2
    ]
    assert missing == []


def test_a_refusal_tells_figures_and_no_secrets() -> None:
    from api import problems

    refusal = DomainError(
        "top_up_too_large", "No.", most=5, pin="1234", phone="13800138000", member=7
    )

    body = problems.body_of(refusal)

    assert (body["code"], body["reason"]) == ("limit_exceeded", "top_up_too_large")
    assert body["facts"] == {"most": 5}
    assert "13800138000" not in json.dumps(body)


PIECES = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}


def test_a_body_without_a_length_is_read_to_its_end(till: Till) -> None:
    body = json.dumps({"name": "A", "phone": "13800138000"}).encode()
    ended = {**PIECES, "wsgi.input_terminated": True}

    made = in_pieces(till, body, {**ended, "wsgi.input": BytesIO(body)})
    endless = BytesIO(b" " * (256 * 1024 + 1))
    large = in_pieces(till, b"", {**ended, "wsgi.input": endless})

    assert made.status_code == 201, made.content
    assert is_problem(large, 413, "too_large")


def test_a_body_whose_end_nobody_knows_is_not_taken_for_none(till: Till) -> None:
    refused = in_pieces(till, b"{}", PIECES)

    assert is_problem(refused, 411, "length_required")


def in_pieces(till: Till, body: bytes, surroundings: dict[str, Any]) -> Any:
    return till.client.generic(
        "POST",
        "/api/v1/members",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {till.text}"},
        **surroundings,
    )


@pytest.mark.parametrize("value", [True, 1.0, "1", "１", None])
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/quotes", {}, "gross"),
        ("/quotes", {"gross": 100}, "excluded"),
        ("/quotes", {"gross": 100}, "points"),
        ("/quotes", {"gross": 100}, "stored_value"),
        ("/quotes", {"lines": [{"name": "", "quantity": 1}]}, "lines.0.unit_price"),
        ("/sales", {"gross": 100, "reference": "R"}, "expected_due"),
        ("/sales", {"tenders": [{"kind": "cash"}]}, "tenders.0.amount"),
        ("/sales/1/refunds", {"reason": "cold"}, "amount"),
        ("/sales/1/refunds", {"lines": [{"line": 1}]}, "lines.0.amount"),
        ("/members/1/top-ups", {"tender": {"kind": "cash"}}, "amount"),
        ("/members/1/holds", {}, "amount"),
        ("/gift-cards", {"tenders": []}, "amount"),
        ("/gift-cards", {"amount": 1}, "quantity"),
        ("/coupons/issue", {}, "quantity"),
    ],
)
def test_a_number_is_nothing_but_a_whole_number(
    till: Till, path: str, body: dict[str, Any], field: str, value: object
) -> None:
    told: Any = json.loads(json.dumps(body))
    *above, last = field.split(".")
    inner = told
    for step in above:
        inner = inner[int(step) if step.isdigit() else step]
    inner[last] = value

    refused = till.post(path, told, key="k")

    may_be_missing = {"gross", "amount", "expected_due", "quantity"}
    if value is not None or last not in may_be_missing:
        assert is_problem(refused, 422, "invalid")
        assert field in {error["field"] for error in refused.json()["errors"]}


def test_what_may_be_told_in_several_ways_is_named_as_one_field(till: Till) -> None:
    told = {
        "gross": 1,
        "points": "few",
        "coupons": "all",
        "gift_cards": [{"code": "x", "ListIn": 1}],
    }

    errors = till.post("/quotes", told).json()["errors"]

    fields = {error["field"] for error in errors}
    assert fields == {"points", "coupons", "gift_cards.0", "gift_cards.0.ListIn"}
