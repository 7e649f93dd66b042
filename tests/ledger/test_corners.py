"""Corners that a careful reader of the books tried to get around."""

from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from ledger import errors
from ledger import services as ledger_services
from ledger.checks import COUNTS
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line
from ledger.services.seal import exported_heads
from tests.factories.ledger import (
    NOON,
    TODAY,
    an_act,
    balance,
    everything,
    guarded,
    holding,
    house,
    lots,
    spend,
)

pytestmark = pytest.mark.django_db


def test_a_reversal_naming_another_entrys_posting_is_refused_whole() -> None:
    account = holding(100)
    sale, other = spend(account, 30), spend(account, 40)
    before = everything()

    with pytest.raises(errors.OverReversal) as refusal, transaction.atomic():
        ledger_services.reverse_entry(
            entry_id=sale.entry_id,
            key="mixed up",
            at=NOON,
            act=an_act(),
            amounts={sale.posting_ids[0]: 10, other.posting_ids[0]: 10},
        )

    assert refusal.value.left == 0
    assert everything() == before


def test_lines_beside_a_reversal_take_nothing_from_a_frozen_account() -> None:
    account, frozen = holding(100), holding(100)
    sale = spend(account, 30)
    ledger_services.set_account_status(account_id=frozen, status="frozen")
    before = everything()

    with pytest.raises(errors.AccountFrozen), transaction.atomic():
        ledger_services.reverse_entry(
            entry_id=sale.entry_id,
            key="sideways",
            at=NOON,
            act=an_act(),
            lines=[Line(debit_id=frozen, credit_id=house(), amount=50)],
        )

    assert everything() == before


def test_what_is_owed_by_a_member_has_no_day_on_which_it_lapses() -> None:
    debt, account = guarded(AccountKind.DEBT), guarded()
    ledger_services.post_entry(
        kind=EntryKind.ADJUSTMENT,
        key="lent",
        at=NOON,
        act=an_act(),
        lines=[
            Line(
                debit_id=debt,
                credit_id=account,
                amount=50,
                expires_at=NOON + timedelta(days=1),
            )
        ],
    )
    late = NOON + timedelta(days=2)

    # With a chunk of one, a due lot that cannot expire would hold up all the others.
    expired = ledger_services.expire_lots(
        at=late, business_date=TODAY, request_id="sweep", chunk=1
    )
    ledger_services.post_entry(
        kind=EntryKind.ADJUSTMENT,
        key="paid",
        at=late,
        act=an_act(),
        lines=[Line(debit_id=house(), credit_id=debt, amount=50)],
    )

    assert expired.lots == 1
    assert lots(account) == [0]
    assert (balance(debt), balance(account)) == (0, 0)


def test_an_entry_with_a_number_before_the_first_is_found() -> None:
    account = holding(100)
    ledger_services.seal_day(day=TODAY, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (seq, kind, key, fingerprint, occurred_at,"
            " business_date, actor, request_id, memo) OVERRIDING SYSTEM VALUE"
            " VALUES (-1, 'sale', 'forged', '', now(), now(), 'system:x', 'r', '')"
            " RETURNING id"
        )
        entry_id = cursor.fetchone()[0]
        # Everything else about it fits: house accounts on both sides have no cache.
        cursor.execute(
            "INSERT INTO ledger_posting"
            " (entry_id, debit_id, credit_id, unit_id, amount)"
            " SELECT %s, a.id, b.id, a.unit_id, 5"
            " FROM ledger_account a, ledger_account b WHERE a.id = %s AND b.id = %s",
            [entry_id, house(), house(AccountKind.SALES, slot="")],
        )

    rows = {found.row for found in ledger_services.prove_books().differences}

    assert rows == {f"entry {entry_id}"}
    assert balance(account) == 100


def test_the_same_moment_in_another_time_zone_is_the_same_request() -> None:
    account = holding(100)
    sale = spend(account, 30)
    until = NOON + timedelta(days=7)
    for moment in (until, until.astimezone(timezone(timedelta(hours=8)))):
        back = ledger_services.reverse_entry(
            entry_id=sale.entry_id,
            key="back",
            at=NOON,
            act=an_act(),
            live_until=moment,
        )

    assert back.replayed
    assert balance(account) == 100


def test_a_head_exported_during_the_proof_is_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The snapshot is older than a seal made meanwhile; its head is not a forgery."""
    holding(100)
    order: list[str] = []

    def read_heads() -> dict[int, str]:
        order.append("heads")
        return exported_heads()

    monkeypatch.setattr("ledger.services.prove.exported_heads", read_heads)
    monkeypatch.setattr("ledger.services.prove.COUNTS", Noted(COUNTS, order))

    assert ledger_services.prove_books().is_proven
    assert order == ["heads", "snapshot"]


class Noted(str):
    """A statement that notes when it is sent."""

    order: list[str]

    def __new__(cls, text: str, order: list[str]) -> "Noted":
        noted = super().__new__(cls, text)
        noted.order = order
        return noted

    def encode(self, *args: Any, **options: Any) -> bytes:
        self.order.append("snapshot")
        return super().encode(*args, **options)


def test_a_torn_line_in_the_seal_file_is_named_and_not_written_over(
    settings: Any,
) -> None:
    holding(100)
    ledger_services.seal_day(day=TODAY, at=NOON)
    exported = Path(settings.LEDGER_SEAL_FILE)
    torn = exported.read_text(encoding="utf-8") + '{"day": "2026-'
    exported.write_text(torn, encoding="utf-8")
    holding(100)

    proof = ledger_services.prove_books()
    with pytest.raises(ledger_services.SealBroken):
        ledger_services.seal_day(day=TODAY, at=NOON)

    assert [found.row for found in proof.differences] == ["exported heads"]
    assert exported.read_text(encoding="utf-8") == torn
