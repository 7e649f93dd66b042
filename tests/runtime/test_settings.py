"""A wrong setting stops the start, is named, and comes with an example."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from tests.house.sources import BASE_DIR

Reader = Callable[[], object]

MALFORMED: list[tuple[str, str, Reader]] = [
    ("DEBUG", "perhaps", lambda: env.flag("DEBUG", default=True)),
    ("SECRET_KEY", "", lambda: env.secret_key(production=True)),
    ("SECRET_KEY", "secret", lambda: env.secret_key(production=True)),
    ("SECRET_KEY", "a" * 60, lambda: env.secret_key(production=True)),
    ("ALLOWED_HOSTS", "", lambda: env.allowed_hosts(production=True)),
    ("ALLOWED_HOSTS", "https://a.example/", lambda: env.allowed_hosts(production=True)),
    ("DATABASE_URL", "", lambda: env.text("DATABASE_URL", required=True)),
    ("REDIS_URL", "127.0.0.1:6379", env.redis_url),
    ("REDIS_URL", "http://127.0.0.1", env.redis_url),
    ("REDIS_URL", "redis://127.0.0.1:none/", env.redis_url),
    ("EMAIL_URL", "mail.example.com", lambda: env.mailer("EMAIL_URL", default={})),
    (
        "MARKETING_EMAIL_URL",
        "smtp+tls://me:a/b@mail.example.com",
        lambda: env.mailer("MARKETING_EMAIL_URL", default={}),
    ),
    (
        "SMS_GATEWAY_URL",
        "http://sms.example.com",
        lambda: env.gateway("SMS_GATEWAY_URL", development=False),
    ),
    (
        "SMS_GATEWAY_URL",
        "https://key:secret@sms.example.com",
        lambda: env.gateway("SMS_GATEWAY_URL", development=True),
    ),
    ("DEFAULT_FROM_EMAIL", "", lambda: env.sender(required=True)),
    ("DEFAULT_FROM_EMAIL", "Regulars", lambda: env.sender(required=False)),
    ("DATABASE_ROLE", "app; DROP TABLE x", env.role),
    ("TIME_ZONE", "Asia/Atlantis", lambda: env.time_zone(default="UTC")),
    ("TIME_ZONE", "../etc/passwd", lambda: env.time_zone(default="UTC")),
    ("CURRENCY", "yuan", lambda: env.currency(default="CNY")),
    ("CURRENCY_DECIMALS", "-1", env.decimals),
    ("CURRENCY_DECIMALS", "²", env.decimals),
    (
        "IMPORT_MOST_MB",
        "0",
        lambda: env.number("IMPORT_MOST_MB", default=200, at_least=1),
    ),
    (
        "API_REQUESTS_PER_SECOND",
        "-1",
        lambda: env.number("API_REQUESTS_PER_SECOND", default=1000),
    ),
    ("BODY_SECONDS", "0", lambda: env.number("BODY_SECONDS", default=10, at_least=1)),
    ("WEB_THREADS", "0", lambda: env.number("WEB_THREADS", default=4, at_least=1)),
    (
        "SECURE_HSTS_PRELOAD",
        "perhaps",
        lambda: env.flag("SECURE_HSTS_PRELOAD", default=False),
    ),
    (
        "IMPORT_MOST_ROWS",
        "many",
        lambda: env.number("IMPORT_MOST_ROWS", default=2_000_000, at_least=1),
    ),
]


@pytest.mark.parametrize(("name", "value", "read"), MALFORMED)
def test_a_wrong_word_is_named_with_an_example(
    name: str, value: str, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read()
    sentence = str(refusal.value)
    assert sentence.startswith(f"{name} ")
    assert f"for example {name}=" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "url",
    [
        "regulars",
        "sqlite:///db.sqlite3",
        "mysql://root@127.0.0.1/regulars",
        "postgresql://127.0.0.1:port/regulars",
        "postgresql://127.0.0.1/",
    ],
)
def test_only_the_address_of_a_postgresql_will_do(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="for example DATABASE_URL=postgres"):
        env.database(url)


def test_what_is_right_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURRENCY", "TWD")
    monkeypatch.setenv("TIME_ZONE", "Asia/Taipei")
    monkeypatch.setenv("REDIS_URL", "rediss://:secret@redis.example.com:6380/2")
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, .b.example")
    monkeypatch.setenv("DEBUG", "off")
    assert env.currency(default="CNY") == "TWD"
    assert env.time_zone(default="UTC") == "Asia/Taipei"
    assert env.redis_url().startswith("rediss://")
    assert env.allowed_hosts(production=True) == ["a.example", ".b.example"]
    assert env.flag("DEBUG", default=True) is False
    found = env.database(
        "postgresql://me:pass@db.example.com:5433/shop?sslmode=require"
    )
    assert (found["NAME"], found["HOST"], found["USER"]) == (
        "shop",
        "db.example.com",
        "me",
    )
    assert str(found["PORT"]) == "5433"
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_the_development_key_is_refused_in_production(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    development = env.secret_key(production=False)
    assert development
    with pytest.raises(ImproperlyConfigured):
        env.secret_key(production=True)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DEBUG": "false"}, "SECRET_KEY"),
        ({"DEBUG": "maybe"}, "DEBUG"),
    ],
)
def test_a_command_says_it_in_one_sentence_without_a_traceback(
    given: dict[str, str], named: str
) -> None:
    unset = {"SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"}
    inherited = {key: word for key, word in os.environ.items() if key not in unset}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={**inherited, **given},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"{named} ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, "False False"),
        ({"SECURE_HSTS_INCLUDE_SUBDOMAINS": "true"}, "True False"),
        ({"SECURE_HSTS_PRELOAD": "yes"}, "False True"),
    ],
)
def test_names_that_others_look_after_are_held_to_https_only_when_asked(
    given: dict[str, str], read: str
) -> None:
    ask = (
        "import config.settings as s;"
        "print(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
            **given,
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == read, done.stderr


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("https://Shop.example.com:8443/regulars", "https://shop.example.com:8443"),
        ("http://[2001:db8::1]:8000", "http://[2001:db8::1]:8000"),
        ("https://.example.com", "https://*.example.com"),
    ],
)
def test_forms_from_the_public_address_are_ours(url: str, origin: str) -> None:
    assert env.origins(url) == [origin]


@pytest.mark.parametrize("url", ["shop.example.com", "ftp://a.example", "https://a:b"])
def test_a_public_address_is_one_of_the_web(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="for example PUBLIC_URL=https"):
        env.origins(url)
