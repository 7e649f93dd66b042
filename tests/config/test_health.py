"""What balancers and monitors are told."""

from typing import Any

import pytest
from celery import current_app
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from config import health
from ledger import selectors as ledger_selectors


@pytest.fixture(autouse=True)
def _remember_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_current_until", 0.0)


def test_the_process_answers_without_a_database() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "reasons": []}


@pytest.mark.django_db
def test_pending_migrations_are_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        MigrationExecutor, "migration_plan", lambda *_: [("ledger", "next")]
    )
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "reasons": ["Migrations are pending."],
    }


def test_a_lost_database_is_a_reason_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost() -> Any:
        raise OperationalError("connection to server at 10.0.0.5 failed")

    monkeypatch.setattr(connection, "cursor", lost)
    answer = Client(headers={"Accept-Language": "zh-hans"}).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["数据库连接不上。"]
    assert "10.0.0.5" not in answer.content.decode()


@pytest.mark.django_db
def test_a_lost_broker_degrades_and_does_not_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Lost:
        def __enter__(self) -> Any:
            raise OSError("refused")

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(
        current_app, "connection_for_write", lambda **_: Lost(), raising=False
    )
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "reasons": ["The broker cannot be reached; work waits."],
    }


def test_the_first_page_stands_without_a_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("config.views.health.troubles", lambda: ["lost"])
    answer = Client().get("/")
    assert answer.status_code == 200
    assert "not ready" in answer.content.decode()


@pytest.mark.django_db
def test_the_first_page_stands_when_the_books_do_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost() -> None:
        raise DatabaseError

    monkeypatch.setattr(ledger_selectors, "latest_proof", lost)
    answer = Client().get("/")
    assert "not ready" in answer.content.decode()


@pytest.mark.django_db
def test_metrics_are_for_near_addresses(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    near, far = Client(REMOTE_ADDR="127.0.0.1"), Client(REMOTE_ADDR="203.0.113.9")
    assert near.get("/metrics").status_code == 200
    assert far.get("/metrics").status_code == 403
    behind_a_proxy = near.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert behind_a_proxy.status_code == 403
    assert Client(REMOTE_ADDR="").get("/metrics").status_code == 403


@pytest.mark.django_db
def test_with_a_token_only_the_token_opens_metrics(settings: Any) -> None:
    settings.METRICS_TOKEN = "let-me-read"
    client = Client(REMOTE_ADDR="127.0.0.1")
    assert client.get("/metrics").status_code == 403
    wrong = client.get("/metrics", headers={"Authorization": "Bearer let-me"})
    assert wrong.status_code == 403
    right = client.get("/metrics", headers={"Authorization": "Bearer let-me-read"})
    assert right.status_code == 200


@pytest.mark.django_db
def test_metrics_count_requests_and_ask_the_books() -> None:
    client = Client()
    client.get("/nothing-here/13800138000/")
    client.generic("BREW", "/healthz")
    text = client.get("/metrics").content.decode()
    assert 'regulars_requests_total{method="GET",route="none",status="404"}' in text
    assert 'method="other",route="healthz"' in text
    assert "regulars_books_reachable 1.0" in text
    assert "# TYPE regulars_proof_ok gauge" in text
    assert "# TYPE regulars_liability gauge" in text
    assert "13800138000" not in text


def test_metrics_say_when_the_books_do_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost() -> None:
        raise DatabaseError

    monkeypatch.setattr(ledger_selectors, "latest_proof", lost)
    text = Client().get("/metrics").content.decode()
    assert "regulars_books_reachable 0.0" in text
    assert "regulars_proof_ok" not in text


def test_reasons_are_translated() -> None:
    with translation.override("zh-hant"):
        assert gettext("Migrations are pending.") == "還有資料庫遷移未執行。"
