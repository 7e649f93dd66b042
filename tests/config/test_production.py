"""The settings as production reads them, seen on answers of a process of its own."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "q7#Zr!2mKp9@Lw4xVt6&Bn8*Hd3^Gs5%Jf1(Yc0)Eu-Ta_Ri=Oo+",
    "ALLOWED_HOSTS": "regulars.example.com",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/regulars",
    "EMAIL_URL": "smtp+tls://u:p@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "shop@example.com",
    "TRUSTED_PROXIES": "1",
}
ASK = """
import json, django
django.setup()
from django.conf import settings
settings.STORAGES = {**settings.STORAGES, "staticfiles": {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
from django.test import Client
def told(answer):
    return {"status": answer.status_code, "headers": dict(answer.headers),
            "cookies": {n: m.OutputString() for n, m in answer.cookies.items()}}
host = {"SERVER_NAME": "regulars.example.com"}
behind = {"headers": {"X-Forwarded-Proto": "https"}, **host}
print(json.dumps({
    "plain": told(Client(**host).get("/nothing/")),
    "health": told(Client(**host).get("/healthz")),
    "secure": told(Client(**behind).get("/nothing/")),
    "language": told(Client(**behind).post("/i18n/setlang/", {"language": "zh-hans"})),
    "sign_in": told(Client(**behind).get("/admin/login/")),
    "foreign": told(Client(SERVER_NAME="evil.example.net").get("/")),
    "by_address": told(Client(SERVER_NAME="10.0.0.7").get("/healthz")),
    "ready_by_address": told(Client(SERVER_NAME="10.0.0.7").get("/readyz")),
    "metrics_by_address": told(Client(SERVER_NAME="10.0.0.7").get("/metrics")),
    "session": settings.SESSION_COOKIE_NAME,
    "session_flags": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                      settings.SESSION_COOKIE_SAMESITE],
}))
"""


@cache
def answers() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={
            **os.environ,
            **PRODUCTION,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_plain_http_is_sent_to_https() -> None:
    plain = answers()["plain"]
    assert plain["status"] == 301
    assert plain["headers"]["Location"] == "https://regulars.example.com/nothing/"


def test_probes_are_answered_without_https() -> None:
    assert answers()["health"]["status"] == 200


def test_https_is_remembered_for_a_year() -> None:
    said = answers()["secure"]["headers"]["Strict-Transport-Security"]
    assert said == "max-age=31536000"


@pytest.mark.parametrize("page", ["secure", "sign_in"])
def test_form_cookies_are_bound_to_this_host(page: str) -> None:
    cookies = answers()[page]["cookies"]
    assert set(cookies) == {"__Host-csrf"}
    said = cookies["__Host-csrf"]
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in said
    assert "Domain" not in said


def test_the_language_cookie_is_bound_to_this_host() -> None:
    said = answers()["language"]["cookies"]["__Host-language"]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in said


def test_the_session_cookie_is_bound_to_this_host() -> None:
    assert answers()["session"] == "__Host-session"
    assert answers()["session_flags"] == [True, True, "Lax"]


def test_policies_hold_in_production_too() -> None:
    strict = answers()["secure"]["headers"]
    assert "unsafe" not in strict["Content-Security-Policy"]
    assert strict["X-Frame-Options"] == "DENY"
    assert strict["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "'unsafe-eval'" in answers()["sign_in"]["headers"]["Content-Security-Policy"]


def test_a_balancer_asks_by_address() -> None:
    """Their status is what they have to say; no name is asked for, no https."""
    assert answers()["by_address"]["status"] == 200
    assert answers()["ready_by_address"]["status"] == 503  # there is no database
    assert answers()["metrics_by_address"]["status"] == 200
    for probe in ("by_address", "ready_by_address"):
        assert answers()[probe]["headers"]["X-Frame-Options"] == "DENY"
        assert "X-Request-ID" in answers()[probe]["headers"]


def test_a_foreign_host_name_is_refused() -> None:
    assert answers()["foreign"]["status"] == 400
