"""Log lines are JSON, name who and where, and carry nobody's secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client

from config.logs import JsonFormatter
from stores.models import User

PHONE = "+8613800138000"
GIFT = "K7MPQ2XWRT94HJNC"


class Lines(io.StringIO):
    """Everything that was logged."""

    def parsed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the root logger writes, formatted as in the running house."""
    written = Lines()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_our_own_lines(lines: Lines) -> None:
    structlog.get_logger("checkout").info("sale", phone=PHONE, amount=21660, note=GIFT)
    (line,) = lines.parsed()
    assert line["event"] == "sale"
    assert line["level"] == "info"
    assert line["logger"] == "checkout"
    assert line["amount"] == 21660
    assert PHONE not in lines.getvalue()
    assert GIFT not in lines.getvalue()


def test_lines_of_the_standard_library(lines: Lines) -> None:
    logging.getLogger("celery.worker").warning("Task for %s got %r", PHONE, [GIFT])
    logging.getLogger("granian.access").info('"GET /g/%s HTTP/1.1" 200', GIFT)
    logging.getLogger("kombu").info("received", extra={"pin": "1234"})
    assert len(lines.parsed()) == 3
    for secret in (PHONE, GIFT, "1234"):
        assert secret not in lines.getvalue()


def test_text_of_exceptions(lines: Lines) -> None:
    def broken() -> None:
        raise ValueError(f"Key (phone)=({PHONE}) already exists, pin 4711")

    try:
        broken()
    except ValueError:
        logging.getLogger("django.request").exception("failed for %s", PHONE)
        structlog.get_logger("ledger").exception("failed", card=GIFT)

    first, second = lines.parsed()
    for line in (first, second):
        assert "ValueError" in line["exception"]
        assert "broken" in line["exception"]
    for secret in (PHONE, GIFT, "13800138000", "4711"):
        assert secret not in lines.getvalue()


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_number_and_actor(lines: Lines) -> None:
    user = User.objects.create_superuser("boss", "a long password", display_name="B")
    client = Client(headers={"X-Request-ID": "0123456789abcdef0123456789abcdef"})
    client.force_login(user)

    client.get(f"/nothing/{GIFT}/?q={PHONE}&name=Yulan")

    (line,) = [each for each in lines.parsed() if each["event"] == "request_finished"]
    assert line["code"] == 404
    assert line["actor"] == f"staff:{user.pk}"
    assert line["request_id"] == "0123456789abcdef0123456789abcdef"
    assert {"store", "shift"} <= set(line)
    assert line["request"].startswith("GET /nothing/[hidden]/?q=[hidden]")
    for secret in (PHONE, "13800138000", GIFT, "Yulan"):
        assert secret not in lines.getvalue()


@pytest.mark.django_db
def test_a_wrong_password_is_not_logged(lines: Lines) -> None:
    Client().post("/admin/login/", {"username": "boss", "password": "hunter2hunter"})
    assert "request_finished" in lines.getvalue()
    assert "hunter2hunter" not in lines.getvalue()


def test_the_house_writes_only_through_this_formatter() -> None:
    handlers = [
        handler
        for logger in (logging.getLogger(), *map(logging.getLogger, LOUD))
        for handler in logger.handlers
        if type(handler) is logging.StreamHandler
    ]
    assert handlers
    assert all(isinstance(each.formatter, JsonFormatter) for each in handlers)


LOUD = ["django", "django.server", "django.request", "celery", "granian.access"]
