"""What real answers say to the browser."""

import re

import pytest
from django.test import Client
from django.urls import path

from config import urls
from config.views import server_error
from stores.models import User

STRICT = ["/", "/healthz", "/readyz", "/nothing-here", "/i18n/setlang/"]


def policy(header: str) -> dict[str, list[str]]:
    parts = (part.split() for part in header.split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.django_db
@pytest.mark.parametrize("address", STRICT)
def test_pages_are_strict(address: str) -> None:
    answer = Client().get(address)
    said = policy(answer["Content-Security-Policy"])
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert said["default-src"] == ["'self'"]
    assert said["object-src"] == ["'none'"]
    assert said["base-uri"] == ["'none'"]
    assert said["form-action"] == ["'self'"]
    assert said["frame-ancestors"] == ["'none'"]
    for name in ("script-src", "style-src"):
        assert all(v == "'self'" or v.startswith("'nonce-") for v in said[name])


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*STRICT, "/admin/login/", "/admin/"])
def test_every_answer_carries_the_other_headers(address: str) -> None:
    answer = Client().get(address)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "X-Request-ID" in answer


@pytest.mark.django_db
def test_the_nonce_is_in_the_page_and_new_each_time() -> None:
    client = Client()
    seen = set()
    for _ in range(2):
        answer = client.get("/")
        (nonce,) = re.findall(
            r"script-src[^;]*'nonce-([^']+)'", answer["Content-Security-Policy"]
        )
        assert f'nonce="{nonce}"' in answer.content.decode()
        seen.add(nonce)
    assert len(seen) == 2


@pytest.mark.django_db
def test_only_the_admin_may_use_eval_and_inline_styles() -> None:
    client = Client()
    client.force_login(
        User.objects.create_superuser("boss", "a long password", display_name="B")
    )
    for address in ("/admin/login/", "/admin/", "/admin/password_change/"):
        said = policy(client.get(address)["Content-Security-Policy"])
        assert "'unsafe-eval'" in said["script-src"]
        assert "'unsafe-inline'" not in said["script-src"]
        assert "'unsafe-inline'" in said["style-src"]
        assert said["default-src"] == ["'self'"]
        assert said["frame-ancestors"] == ["'none'"]
    refused = client.get("/admin/no/such/page/")
    assert refused.status_code == 404
    assert "unsafe" not in refused["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/nothing-here", "/i18n/setlang/"])
def test_pages_hold_nothing_that_their_policy_forbids(address: str) -> None:
    page = Client().get(address).content.decode()
    assert not re.search(r"\son[a-z]+\s*=", page)
    assert not re.search(r"\sstyle\s*=", page)
    assert "javascript:" not in page
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", page):
        assert "nonce=" in tag


def broken(request: object) -> None:
    raise ValueError("a secret in the text")


@pytest.mark.urls(__name__)
def test_a_failure_of_ours_is_a_page_of_its_own() -> None:
    answer = Client(raise_request_exception=False).get("/broken/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong on our side" in page
    assert answer["X-Request-ID"] in page
    assert "a secret in the text" not in page
    assert "/static/" not in page
    (nonce,) = re.findall(r"<style nonce=\"([^\"]+)\"", page)
    assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]


handler500 = server_error
urlpatterns = [*urls.urlpatterns, path("broken/", broken)]  # type: ignore[arg-type]  # on purpose
