"""Who is let in: keys, scopes, stores."""

from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from api import limits
from members.models import Member
from stores import services as stores_services
from stores.models import Store
from tests.factories.api import Till, a_till, is_problem, the_office
from tests.factories.members import MemberFactory
from tests.factories.stores import StoreFactory, UserFactory

pytestmark = pytest.mark.django_db

SOMEONE = {"name": "A", "phone": "+8613800138000"}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer reg_00000000_" + "A" * 43,
        "Basic dXNlcjpwYXNz",
        "Bearer 😀",
        "Bearer " + "x" * 5000,
    ],
)
def test_nobody_comes_in_without_a_key(header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    response = Client().get("/api/v1/members?phone=1", headers=headers)

    assert is_problem(response, 401, "unauthorized")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_ends_with_the_next_request() -> None:
    till = a_till()
    assert till.ask("/members?code=1").status_code == 404

    office = UserFactory.holding("head-office")
    stores_services.revoke_api_key(key=till.key, by=office, at=now())

    assert is_problem(till.ask("/members?code=1"), 401, "unauthorized")


def test_a_scope_is_for_what_it_says() -> None:
    reader = a_till("members:read")
    writer = a_till("members:write")

    assert is_problem(reader.post("/members", SOMEONE), 403, "scope_missing")
    assert is_problem(writer.ask("/members?code=1"), 403, "scope_missing")
    assert Member.objects.count() == 0
    assert writer.post("/members", SOMEONE).status_code == 201


def test_a_browsers_session_lets_nobody_in() -> None:
    client = Client()
    client.force_login(UserFactory.create(is_superuser=True))

    assert client.get("/api/v1/members?phone=1").status_code == 401


def test_a_session_costs_a_till_nothing(django_assert_num_queries: Any) -> None:
    till = a_till()
    till.client.force_login(UserFactory.create())
    member = MemberFactory.create()
    member.refresh_from_db()
    till.ask(f"/members/{member.public_id}")

    with django_assert_num_queries(2):
        till.ask(f"/members/{member.public_id}")


def test_the_head_office_says_where_it_acts() -> None:
    office = the_office("members:write")
    store = StoreFactory.create(code="EAST")

    response = office.post("/members", SOMEONE, Regulars_Store="EAST")

    assert response.status_code == 201
    assert Member.objects.get().home_store == store


@pytest.mark.parametrize("code", ["NOWHERE", "east", "E\x01", "😀", "E" * 100])
def test_nobody_acts_for_a_store_that_is_not_theirs(code: str) -> None:
    StoreFactory.create(code="EAST")
    header = code.encode().decode("latin-1")

    for till in (the_office("members:write"), a_till()):
        response = till.post("/members", SOMEONE, Regulars_Store=header)
        assert is_problem(response, 403, "other_store")
    assert Member.objects.count() == 0


def test_a_stores_key_does_not_act_for_another_store() -> None:
    StoreFactory.create(code="EAST")
    till = a_till(store=StoreFactory.create(code="WEST"))

    response = till.post("/members", SOMEONE, Regulars_Store="EAST")

    assert is_problem(response, 403, "other_store")
    assert till.post("/members", SOMEONE, Regulars_Store="WEST").status_code == 201


def test_a_closed_store_reads_and_writes_nothing() -> None:
    till = a_till()
    Store.objects.update(is_active=False)

    assert is_problem(till.post("/members", SOMEONE), 403, "store_is_closed")
    assert till.ask("/members?code=1").status_code == 404


def test_a_till_that_runs_wild_is_slowed_down(settings: Any) -> None:
    limits.forget()
    settings.API_REQUESTS_PER_SECOND = 1
    wild, calm = a_till(), a_till()

    answers = [wild.ask("/members?code=1") for _ in range(4)]

    assert [answer.status_code for answer in answers[:2]] == [404, 404]
    assert is_problem(answers[3], 429, "too_many_requests")
    assert int(answers[3]["Retry-After"]) >= 1
    assert calm.ask("/members?code=1").status_code == 404
    limits.forget()


def test_the_log_names_the_key_and_never_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    till = a_till()

    till.ask("/members?phone=13800138000")

    assert f"'actor': 'key:{till.key.pk}'" in caplog.text
    assert till.key.name in caplog.text
    assert till.text not in caplog.text


def test_an_answer_is_for_nobody_else(client: Client) -> None:
    till: Till = a_till()
    response = till.ask("/members?code=1", Origin="https://elsewhere.example")

    assert response["Cache-Control"] == "no-store"
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert "Set-Cookie" not in response.headers
