"""The same request again: answered the same, done once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils.timezone import now
from psycopg import errors as psycopg_errors

from api import once, problems, sealing
from api.models import Answer
from api.services import forget_answers
from common.errors import DomainError
from coupons.models import Coupon
from members.models import Member
from stores.models import AuditEvent
from tests import rendezvous
from tests.factories.api import Till, a_key, a_till, is_problem
from tests.factories.coupons import TemplateFactory
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory
from tests.factories.stores import StoreFactory
from tests.ledger.racing import answers, race

SOMEONE = {"name": "A", "phone": "+8613800138000"}
OTHER = {"name": "B", "phone": "+8613800138001"}


@pytest.mark.django_db
def test_the_same_again_is_answered_byte_for_byte(till: Till) -> None:
    key = a_key()
    first = till.post("/members", SOMEONE, key=key)
    Member.objects.update(name="changed meanwhile")

    second = till.post("/members", dict(reversed(SOMEONE.items())), key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Member.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_something_else_is_refused(till: Till) -> None:
    key = a_key()
    till.post("/members", SOMEONE, key=key)

    response = till.post("/members", OTHER, key=key)

    assert is_problem(response, 422, "idempotency_key_reused")
    assert Member.objects.count() == 1
    assert till.post("/members", SOMEONE, key=key).status_code == 201


@pytest.mark.django_db
def test_the_key_of_a_sale_stands_for_that_sale_alone(till: Till) -> None:
    key, member = a_key(), till.post("/members", SOMEONE).json()["id"]
    template = TemplateFactory.drawn().code
    bill = {
        "gross": 500,
        "reference": "R1",
        "tenders": [{"kind": "cash", "amount": 500}],
    }
    sold = till.post("/sales", bill, key=key)
    nothing = {"lines": [{"name": "", "quantity": 1, "unit_price": 0}]}
    others = {
        f"/sales/{sold.json()['id']}/refunds": {"reason": "cold"},
        "/coupons/issue": {"template": template, "member": member},
        "/members": OTHER,
        "/sales": {**nothing, "reference": "R2"},
    }
    before = everything()

    for path, body in others.items():
        assert is_problem(till.post(path, body, key=key), 422, "idempotency_key_reused")

    again = till.post("/sales", bill, key=key)
    assert everything() == before
    assert (sold.status_code, Coupon.objects.count(), Member.objects.count()) == (
        201,
        0,
        1,
    )
    assert again.content == sold.content
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_a_key_under_which_a_sale_is_being_settled_is_in_use(till: Till) -> None:
    key = a_key()
    books = once.ledger_key(till.key.pk, key)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('checkout:' || %s, 0))",
            [books],
        )
        (response,) = answers(
            race(lambda _nth: till.post("/members", SOMEONE, key=key), runners=1)
        )

    assert is_problem(response, 409, "request_in_progress")
    assert till.post("/members", SOMEONE, key=key).status_code == 201


@pytest.mark.django_db
def test_two_tills_may_choose_the_same_key(till: Till) -> None:
    assert till.post("/members", SOMEONE, key="0001").status_code == 201
    assert a_till().post("/members", OTHER, key="0001").status_code == 201
    assert Member.objects.count() == 2


@pytest.mark.django_db
def test_a_refusal_is_remembered_and_changed_nothing(till: Till) -> None:
    MemberFactory.create(phone=SOMEONE["phone"])
    key = a_key()
    before = AuditEvent.objects.count()
    first = till.post("/members", SOMEONE, key=key)
    Member.objects.update(phone=None)

    second = till.post("/members", SOMEONE, key=key)

    assert is_problem(first, 409, "phone_taken")
    assert is_problem(second, 409, "phone_taken")
    assert second.content == first.content
    assert second["Idempotency-Replayed"] == "true"
    assert Member.objects.count() == 1
    assert AuditEvent.objects.count() == before


@pytest.mark.django_db
def test_what_never_was_a_request_is_not_remembered(till: Till) -> None:
    key = a_key()

    assert is_problem(till.post("/members", {"name": "A"}, key=key), 422, "invalid")
    till.send("POST", "/members", SOMEONE, key=key, Authorization="Bearer x")
    assert Answer.objects.count() == 0

    assert till.post("/members", SOMEONE, key=key).status_code == 201


@pytest.mark.django_db
def test_a_name_that_is_not_known_yet_is_not_remembered(till: Till) -> None:
    key, member = a_key(), till.post("/members", SOMEONE).json()["id"]
    body = {"template": "soon", "member": member}

    assert is_problem(till.post("/coupons/issue", body, key=key), 422, "invalid")
    assert Answer.objects.count() == 0
    TemplateFactory.drawn(code="soon")

    assert till.post("/coupons/issue", body, key=key).status_code == 201


@pytest.mark.django_db
def test_what_broke_is_not_remembered_and_may_be_sent_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_key()
    with monkeypatch.context() as patch:
        patch.setattr("api.routes.members.pictures.by_pk", lambda *_, **__: 1 / 0)
        assert is_problem(
            till.post("/members", SOMEONE, key=key), 500, "internal_error"
        )
    assert Member.objects.count() == 0
    assert Answer.objects.count() == 0

    assert till.post("/members", SOMEONE, key=key).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["two words", "é", "x" * 256, "tab\there", "\x7f"])
def test_a_key_is_plain(till: Till, key: str) -> None:
    response = till.post("/members", SOMEONE, key=key)

    assert is_problem(response, 400, "idempotency_key_malformed")
    assert Member.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["!", "~" * 255, "a:b/c?d=e#f\"'\\"])
def test_a_key_may_be_any_visible_characters(till: Till, key: str) -> None:
    first = till.post("/members", SOMEONE, key=key)

    assert first.status_code == 201, first.content
    assert till.post("/members", SOMEONE, key=key).content == first.content


@pytest.mark.django_db
def test_the_same_request_at_another_store_is_another_request() -> None:
    from tests.factories.api import the_office

    office = the_office("members:write")
    StoreFactory.create(code="EAST")
    StoreFactory.create(code="WEST")
    key = a_key()
    office.post("/members", SOMEONE, key=key, Regulars_Store="EAST")

    response = office.post("/members", SOMEONE, key=key, Regulars_Store="WEST")

    assert is_problem(response, 422, "idempotency_key_reused")


@pytest.mark.django_db
def test_what_is_kept_tells_nobody_anything(till: Till) -> None:
    till.post("/members", SOMEONE, key="k")

    kept = bytes(Answer.objects.get().body)

    assert SOMEONE["phone"].encode() not in kept
    assert sealing.unseal(b"x" * 32, kept, belongs_to=f"{till.key.pk}:k") is None
    key = sealing.key_from(till.text)
    assert sealing.unseal(key, kept, belongs_to=f"{till.key.pk}:other") is None
    plain = sealing.unseal(key, kept, belongs_to=f"{till.key.pk}:k")
    assert plain is not None
    assert b"13800138000" in plain


@pytest.mark.django_db
def test_answers_are_kept_for_a_week() -> None:
    till = a_till()
    till.post("/members", SOMEONE, key="old")
    till.post("/members", OTHER, key="young")
    at = now()
    Answer.objects.filter(key="old").update(created_at=at - timedelta(days=7, hours=1))
    Answer.objects.filter(key="young").update(created_at=at - timedelta(hours=73))

    assert forget_answers(at=at) == 1

    assert Answer.objects.get().key == "young"


@pytest.mark.django_db
@pytest.mark.parametrize("status", [100, 400, 401, 403, 415, 429, 500, 503])
def test_the_table_keeps_no_answer_that_is_not_worth_it(
    till: Till, status: int
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as c:
        c.execute(
            "SELECT api_remember(%s, 'k', '', %s, 'application/json', '', now())",
            [till.key.pk, status],
        )


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_do_it_once(till: Till) -> None:
    key = a_key()

    def send(_number: int) -> Any:
        response = till.post("/members", SOMEONE, key=key)
        return response.status_code, response.content

    outcomes = answers(race(send, runners=40))

    assert len(outcomes) == 40
    done = {content for status, content in outcomes if status == 201}
    assert len(done) == 1
    others = [content for status, content in outcomes if status != 201]
    assert all(b"request_in_progress" in content for content in others)
    assert Member.objects.count() == 1
    assert Answer.objects.count() == 1
    assert till.post("/members", SOMEONE, key=key).content == done.pop()


def noted(till: Till) -> Any:
    """A request whose effect nothing but the claim makes happen once."""

    def send(_number: int) -> HttpResponse:
        request: Any = type("Request", (), {})()
        request.auth = type("Caller", (), {"key": till.key, "sealing_key": b"k" * 32})()
        request.headers = {once.HEADER: "one"}
        request.fingerprint = b"x" * 32
        request.at = now()

        def command() -> HttpResponse:
            AuditEvent.objects.create(at=now(), act="tested", actor="test")
            rendezvous.meet()
            return HttpResponse(b"{}", content_type="application/json")

        return once.perform(request, command)

    return send


@pytest.mark.django_db(transaction=True)
def test_the_claim_alone_makes_it_happen_once(till: Till) -> None:
    outcomes = race(noted(till), runners=4)

    assert AuditEvent.objects.filter(act="tested").count() == 1
    refused = [found for found in outcomes if isinstance(found, DomainError)]
    assert len(refused) + len(answers(outcomes)) == 4
    assert {problems.told(found) for found in refused} == {("request_in_progress", 409)}


@pytest.mark.django_db(transaction=True)
def test_without_the_claims_lock_the_constraint_still_holds(till: Till) -> None:
    with claims_altered(
        ("NOT pg_try_advisory_xact_lock", "NOT (SELECT true) AND pg_try_advisory_lock")
    ):
        outcomes = race(noted(till), runners=4)

    assert AuditEvent.objects.filter(act="tested").count() == 1
    assert len(answers(outcomes)) == 4


@pytest.mark.django_db(transaction=True)
def test_without_both_it_happens_twice(till: Till) -> None:
    """The guards taken away: what the two tests above prove is theirs alone."""
    with (
        claims_altered(
            (
                "NOT pg_try_advisory_xact_lock",
                "NOT (SELECT true) AND pg_try_advisory_lock",
            )
        ),
        without_the_constraint(),
    ):
        race(noted(till), runners=4)
        assert AuditEvent.objects.filter(act="tested").count() > 1


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_begun_anew_and_no_other_failure(till: Till) -> None:
    tries: list[int] = []

    def breaking(state: type[Exception], times: int) -> Any:
        def work() -> HttpResponse:
            tries.append(1)
            if len(tries) <= times:
                failure = OperationalError("broken off")
                failure.__cause__ = state("broken off")
                raise failure
            return HttpResponse(b"{}")

        return work

    once._with_patience(breaking(psycopg_errors.DeadlockDetected, 3))
    assert len(tries) == 4
    tries.clear()
    with pytest.raises(OperationalError):
        once._with_patience(breaking(psycopg_errors.DeadlockDetected, 99))
    assert len(tries) == once.TRIES
    tries.clear()
    with pytest.raises(OperationalError):
        once._with_patience(breaking(psycopg_errors.AdminShutdown, 1))
    assert len(tries) == 1


@contextmanager
def claims_altered(*changes: tuple[str, str]) -> Iterator[None]:
    original = (Path(settings.BASE_DIR) / "api" / "sql" / "answers.sql").read_text()
    text = original
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    with connection.cursor() as cursor:
        cursor.execute(text)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(original)


@contextmanager
def without_the_constraint() -> Iterator[None]:
    name = once.ONE_ANSWER
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE api_answer DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        Answer.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE api_answer ADD CONSTRAINT {name} UNIQUE (api_key_id, key)"
            )
