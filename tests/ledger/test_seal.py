"""The seal: whoever changes a sealed entry is found, the superuser too."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection

from ledger import services as ledger_services
from ledger.services import seal
from tests.factories.ledger import NOON, TODAY, holding, spend
from tests.ledger.test_prove import busy_books
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


def test_seals_follow_one_another_and_cover_each_entry_once() -> None:
    busy_books()
    first = ledger_services.seal_day(day=TODAY, at=NOON)
    assert ledger_services.seal_day(day=TODAY, at=NOON) is None
    spend(holding(10), 1)
    second = ledger_services.seal_day(day=TODAY, at=NOON)

    assert first is not None
    assert second is not None
    assert first.entries == 5
    assert second.entries == 2
    assert second.first_seq == first.last_seq + 1
    assert second.previous == first.head
    assert ledger_services.prove_books().head == second.head
    assert ledger_services.prove_books().is_proven


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET memo = 'x' WHERE kind = 'sale'",
        "UPDATE ledger_entry SET occurred_at = occurred_at + interval '1 second'",
        "UPDATE ledger_entry SET actor = 'system:other'",
        "UPDATE ledger_seal SET head = repeat('1', 64)",
        "DELETE FROM ledger_seal",
    ],
)
def test_tampering_with_what_is_sealed_is_found(sql: str) -> None:
    busy_books()
    ledger_services.seal_day(day=TODAY, at=NOON)

    tamper(sql)

    proof = ledger_services.prove_books()
    assert [found.check for found in proof.differences] != []
    assert {found.check for found in proof.differences} == {
        "the sealed entries are as they were"
    }


def test_a_superuser_who_seals_again_is_found_by_the_exported_heads(
    settings: Any,
) -> None:
    busy_books()
    ledger_services.seal_day(day=TODAY, at=NOON)
    exported = Path(settings.LEDGER_SEAL_FILE)
    kept = exported.read_text(encoding="utf-8")

    tamper("UPDATE ledger_entry SET memo = 'x'; DELETE FROM ledger_seal")
    exported.unlink()
    ledger_services.seal_day(day=TODAY, at=NOON)
    assert ledger_services.prove_books().is_proven  # a whole new chain fits itself
    exported.write_text(kept, encoding="utf-8")  # the copy he could not reach

    proof = ledger_services.prove_books()
    assert [found.row for found in proof.differences] == ["exported heads"]
    with pytest.raises(ledger_services.SealBroken):
        ledger_services.seal_day(day=TODAY, at=NOON)


def test_a_head_whose_export_was_lost_is_exported_by_the_next_run(
    settings: Any,
) -> None:
    holding(10)
    seal = ledger_services.seal_day(day=TODAY, at=NOON)
    exported = Path(settings.LEDGER_SEAL_FILE)
    exported.unlink()

    ledger_services.seal_day(day=TODAY, at=NOON)

    assert seal is not None
    assert json.loads(exported.read_text(encoding="utf-8"))["head"] == seal.head


def test_an_inserted_entry_is_found() -> None:
    busy_books()
    ledger_services.seal_day(day=TODAY, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (seq, kind, key, fingerprint, occurred_at,"
            " business_date, actor, request_id, memo) OVERRIDING SYSTEM VALUE"
            " VALUES (-1, 'sale', 'forged', '', now(), now(), 'system:x', 'r', '')"
        )

    rows = {found.row.split()[0] for found in ledger_services.prove_books().differences}

    assert "entry" in rows


def test_a_broken_seal_goes_through_a_context_manager_as_it_is() -> None:
    """Leaving a `with` sets a traceback; a frozen exception refused that."""

    @contextmanager
    def anything() -> Iterator[None]:
        yield

    facts = ("the head exported for entry 3 is not the one in the database", "b")
    with pytest.raises(ledger_services.SealBroken) as broken, anything():
        raise ledger_services.SealBroken(facts)

    assert broken.value.facts == facts
    assert str(broken.value) == "; ".join(facts)


def test_a_seal_that_finds_no_connection_waits_longer_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[int] = []

    def refuse() -> None:
        raise OperationalError

    away = SimpleNamespace(cursor=refuse, in_atomic_block=False)
    monkeypatch.setattr(seal, "connection", away)
    monkeypatch.setattr(seal, "time", SimpleNamespace(sleep=waits.append))
    with pytest.raises(OperationalError):
        seal.last_written()
    assert waits == [1, 2, 3, 4]
