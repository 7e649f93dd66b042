"""Programs pass by what only browsers need, and by nothing else."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.stores import UserFactory

pytestmark = pytest.mark.django_db
OF_BROWSERS = ("session", "user", "htmx", "_messages")


@pytest.mark.parametrize(
    "path", ["/api/v1/members", "/api/", "/api/v1/openapi.json", "/healthz"]
)
def test_a_program_has_no_session(path: str) -> None:
    answer: Any = Client().get(path)

    assert not [name for name in OF_BROWSERS if hasattr(answer.wsgi_request, name)]
    assert not answer.cookies


@pytest.mark.parametrize("path", ["/api/v1/docs", "/apiary"])
def test_a_browser_has_one(path: str) -> None:
    answer: Any = Client().get(path)

    assert all(hasattr(answer.wsgi_request, name) for name in OF_BROWSERS)


def test_a_cookie_says_nothing_to_the_api_and_stays_as_it_is() -> None:
    client = Client()
    client.force_login(UserFactory.create(is_superuser=True))
    before = {name: morsel.value for name, morsel in client.cookies.items()}

    answer = client.get("/api/v1/members")

    assert answer.status_code == 401
    assert {name: morsel.value for name, morsel in client.cookies.items()} == before


def test_all_else_holds_for_programs_too(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"accept-language": "zh-hans"})

    answer: Any = client.get("/api/v1/members")

    assert answer["Content-Language"] == "zh-hans"
    assert "Accept-Language" in answer["Vary"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.json()["detail"])
    for header in (
        *("X-Request-ID", "X-Frame-Options", "X-Content-Type-Options"),
        *("Permissions-Policy", "Content-Security-Policy", "Content-Length"),
    ):
        assert answer[header], header
    assert client.get("/api/v1/members", headers={"host": "evil"}).status_code == 400


def test_what_a_till_is_told_goes_as_it_is(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert len(answer.content) > 10_000
    assert "Content-Encoding" not in answer
