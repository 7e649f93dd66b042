"""The commands and the tasks of the books, as an operator and the clock run them."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from common.alone import alone
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger import tasks
from tests.factories.ledger import NOON, TODAY, balance, holding, lots, spend
from tests.patience import PATIENCE
from tests.prompt import told
from tests.tampering import tamper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_verify_ledger_counts_sums_and_says_so() -> None:
    spend(holding(1_234_00), 34_00)

    said = told("verify_ledger")

    assert said.startswith("2 entries, 2 postings, 3 accounts, 1 lots, 1 lot uses\n")
    assert "CNY: principal 120,000\n" in said
    assert said.endswith("The books are proven.\n")
    assert ledger_selectors.latest_proof() is None


def test_verify_ledger_ends_with_1_and_names_the_row() -> None:
    account = holding(100)
    tamper(f"UPDATE ledger_account SET balance = 150 WHERE id = {account}")
    out = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("verify_ledger", stdout=out)

    assert end.value.code == 1
    assert f"DIFFERS account {account}: balance should be 100, is 150" in out.getvalue()
    assert out.getvalue().rstrip().endswith("rows differ.")
    assert "NOT proven" in out.getvalue()
    assert balance(account) == 150  # named, never mended


def test_verify_ledger_says_in_one_sentence_which_head_is_another(
    settings: Any,
) -> None:
    holding(100)
    seal = ledger_services.seal_day(day=TODAY, at=NOON)
    assert seal is not None
    exported = Path(settings.LEDGER_SEAL_FILE)
    said = exported.read_text(encoding="utf-8").replace(seal.head, "0" * 64)
    exported.write_text(said, encoding="utf-8")
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=out)

    (line,) = (line for line in out.getvalue().splitlines() if "DIFFERS" in line)
    assert line.startswith(
        f"DIFFERS exported heads: the head exported for entry {seal.last_seq} is not"
        " the one in the database ("
    )


def test_verify_ledger_speaks_json() -> None:
    account = holding(100)

    proof = json.loads(told("verify_ledger", "--json"))

    assert proof["proven"] is True
    assert proof["counts"]["accounts"] == 2
    assert proof["sums"] == {"CNY": {"principal": 100}}
    assert proof["differences"] == []

    tamper(f"UPDATE ledger_account SET balance = 150 WHERE id = {account}")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["proven"] is False
    assert f"account {account}" in {row["row"] for row in found["differences"]}


def test_verify_ledger_keeps_its_result_when_asked() -> None:
    holding(100)

    told("verify_ledger", "--record")

    kept = ledger_selectors.latest_proof()
    assert kept is not None
    assert kept.is_proven
    assert kept.counts["entries"] == 1


def test_expire_lots_says_what_it_did() -> None:
    account = holding(100, expires_at=NOON)

    assert told("expire_lots") == "1 lots expired in 1 entries, 100 in all.\n"
    assert told("expire_lots") == "0 lots expired in 0 entries, 0 in all.\n"
    assert balance(account) == 0


def test_seal_day_seals_exports_and_has_nothing_more_to_do(settings: Any) -> None:
    holding(100)

    said = told("seal_day", "--day", "2026-11-21")

    seal = ledger_selectors.latest_seal()
    assert seal is not None
    assert said.startswith("Sealed 1 entries (")
    assert said.endswith(f"Head {seal.head}\n")
    assert seal.day.isoformat() == "2026-11-21"
    exported = Path(settings.LEDGER_SEAL_FILE).read_text(encoding="utf-8")
    assert json.loads(exported)["head"] == seal.head
    assert told("seal_day") == "Nothing new to seal.\n"


def test_seal_day_refuses_to_seal_over_a_broken_chain() -> None:
    holding(100)
    told("seal_day")
    tamper("UPDATE ledger_seal SET head = repeat('1', 64)")
    holding(100)

    with pytest.raises(CommandError, match="not the one in the database"):
        told("seal_day")

    seal = ledger_selectors.latest_seal()
    assert seal is not None
    assert seal.entries == 1


def test_restrict_role_makes_the_role_once() -> None:
    said = {told("restrict_role", "regulars_of_this_test") for _ in range(2)}

    assert said == {"regulars_of_this_test may read the books and post to them.\n"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles"
            " WHERE rolname = 'regulars_of_this_test'"
        )
        assert cursor.fetchall() == [(False, False, False, False)]


def test_the_nightly_proof_is_kept_and_freezes_what_differs() -> None:
    account = holding(100)
    assert tasks.prove_books() is True

    tamper(f"UPDATE ledger_account SET balance = 150 WHERE id = {account}")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert tasks.prove_books.apply().get() is False

    kept = ledger_selectors.latest_proof()
    assert kept is not None
    assert not kept.is_proven
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM ledger_account WHERE id = %s", [account])
        assert cursor.fetchone()[0] == "frozen"


def beside_another[T](work: str, task: Callable[[], T]) -> T:
    """What a task answers while another session is at the same work."""

    def hold_and_ask() -> T:
        try:
            with alone(work) as is_mine, ThreadPoolExecutor(1) as pool:
                assert is_mine
                return pool.submit(ask).result(PATIENCE)
        finally:
            connection.close()

    def ask() -> T:
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(hold_and_ask).result(PATIENCE)


def test_a_proof_that_runs_already_is_not_run_twice() -> None:
    assert beside_another(tasks.PROVING, tasks.prove_books) is True
    assert ledger_selectors.latest_proof() is None


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_runs_already_is_not_joined() -> None:
    account = holding(5, expires_at=NOON)

    assert beside_another(tasks.EXPIRING, tasks.expire_due_lots) == 0
    assert lots(account) == [5]
    assert tasks.expire_due_lots() == 1
    assert lots(account) == [0]


def test_what_is_due_expires_by_itself() -> None:
    account = holding(100, expires_at=NOON)
    later = holding(100, expires_at=NOON + timedelta(seconds=1))

    assert tasks.expire_due_lots.apply().get() == 1
    assert tasks.expire_due_lots.apply().get() == 0
    assert (balance(account), balance(later)) == (0, 100)


def test_what_was_written_is_sealed_by_itself() -> None:
    holding(100)

    assert tasks.seal_books.apply().get() == 1
    assert tasks.seal_books.apply().get() == 0
    assert tasks.prove_books.apply().get() is True
