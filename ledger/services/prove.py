"""The proof of the books: it names what differs, and never mends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from ledger import proofs
from ledger.chain import GENESIS, entry_texts, link
from ledger.checks import CHECKS, CONSTRAINTS, COUNTS, SUMS, TRIGGERS
from ledger.models import Account, ProofRun, Seal
from ledger.proofs import Reading
from ledger.services.accounts import set_account_status
from ledger.services.seal import broken_exports, exported_heads

NAMED_AT_MOST = 100
CHAIN = "the sealed entries are as they were"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not what the books say it must be."""

    check: str
    row: str
    fact: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was counted and summed in one snapshot, and every difference found.

    `checks` is everything that was asked, with the number of rows that differ; of each
    check the first hundred are named in `differences`.
    """

    counts: dict[str, int]
    sums: dict[str, dict[str, int]]
    differences: tuple[Difference, ...]
    head: str
    checks: dict[str, int] = field(default_factory=dict)

    @property
    def is_proven(self) -> bool:
        """Whether not a single row differs."""
        return not self.differences

    @property
    def failing(self) -> dict[str, int]:
        """The checks that found something, with how many rows differ."""
        return {check: rows for check, rows in self.checks.items() if rows}

    def as_json(self) -> dict[str, Any]:
        """For `--json`: counts, sums per unit and kind, differences, head."""
        return {
            "proven": self.is_proven,
            "counts": self.counts,
            "sums": self.sums,
            "checks": self.checks,
            "differences": [asdict(difference) for difference in self.differences],
            "head": self.head,
        }


def prove_books() -> Proof:
    """Prove the books in one snapshot, beside whatever is being written meanwhile."""
    # Read before the snapshot: a head exported during the proof belongs to a seal that
    # the snapshot does not have.
    exported = exported_heads()
    with _snapshot(), connection.cursor() as cursor:
        cursor.execute(COUNTS)
        counts = dict(
            zip(
                ("entries", "postings", "accounts", "lots", "lot_uses"),
                cursor.fetchone(),
                strict=True,
            )
        )
        cursor.execute(SUMS)
        sums: dict[str, dict[str, int]] = {}
        for unit, kind, total in cursor.fetchall():
            sums.setdefault(unit, {})[kind] = total
        found = {check: _asked(check, text) for check, text in _statements().items()}
        found |= {check: _read(check, ask) for check, ask in _readings().items()}
        chain, head = _chain(exported=exported)
    found[CHAIN] = chain, len(chain)
    return Proof(
        counts,
        sums,
        tuple(difference for named, _rows in found.values() for difference in named),
        head,
        {check: rows for check, (_named, rows) in found.items()},
    )


def record_proof(
    *, proof: Proof, started_at: datetime, finished_at: datetime
) -> ProofRun:
    """Keep a proof's result, and freeze the accounts that it names.

    Freezing stops what is wrong from being spent; the balance itself is mended by a
    person, with an entry that a second person approves.
    """
    for account_id in sorted(_accounts_named(proof)):
        set_account_status(account_id=account_id, status=Account.Status.FROZEN)
    result = proof.as_json()
    return ProofRun.objects.create(
        started_at=started_at,
        finished_at=finished_at,
        is_proven=proof.is_proven,
        counts=result["counts"],
        sums=result["sums"],
        differences=result["differences"],
        head=proof.head,
    )


def _accounts_named(proof: Proof) -> set[int]:
    """The guarded accounts that the differences are about, directly or by a row."""
    named: dict[str, set[int]] = {"account": set(), "lot": set(), "posting": set()}
    for difference in proof.differences:
        word, _space, number = difference.row.partition(" ")
        if word in named:
            named[word].add(int(number))
    touched = (
        Q(pk__in=named["account"])
        | Q(lots__in=named["lot"])
        | Q(debits__in=named["posting"])
        | Q(credits__in=named["posting"])
    )
    freezable = Account.objects.filter(touched, guarded=True).exclude(
        status=Account.Status.CLOSED
    )
    return set(freezable.values_list("pk", flat=True))


@contextmanager
def _snapshot() -> Iterator[None]:
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _statements() -> dict[str, str]:
    """The books' own, then those of each app above."""
    of_apps = [app.statements for app in proofs.all_checks()]
    return {
        check: text for asked in (CHECKS, *of_apps) for check, text in asked.items()
    }


def _readings() -> dict[str, Reading]:
    return {
        check: reading
        for app in proofs.all_checks()
        for check, reading in app.readings.items()
    }


def _asked(check: str, text: str) -> tuple[list[Difference], int]:
    """The first rows that a statement names, and how many there are in all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.*, count(*) OVER () FROM ({text}) d LIMIT {NAMED_AT_MOST}",  # noqa: S608 (our own text)
            _guards() if "%(triggers)s" in text else None,
        )
        rows = cursor.fetchall()
    named = [
        Difference(check, row, fact, str(expected), str(found))
        for row, fact, expected, found, _in_all in rows
    ]
    return named, rows[0][4] if rows else 0


def _guards() -> dict[str, list[str]]:
    of_apps = [name for app in proofs.all_checks() for name in app.triggers]
    return {"triggers": [*TRIGGERS, *of_apps], "constraints": CONSTRAINTS}


def _read(check: str, reading: Reading) -> tuple[list[Difference], int]:
    found = iter(reading())
    named = [
        Difference(check, row, fact, str(expected), str(was))
        for row, fact, expected, was in islice(found, NAMED_AT_MOST)
    ]
    return named, len(named) + sum(1 for _row in found)


def _chain(*, exported: dict[int, str]) -> tuple[list[Difference], str]:
    """Walk the chain from its beginning: the head, and every seal that does not fit."""
    seals = list(Seal.objects.order_by("last_seq"))
    found: list[Difference] = []
    head, after = GENESIS, 0
    for seal in seals:
        computed = seal.previous
        count = 0
        for _seq, text in entry_texts(after=after, until=seal.last_seq):
            computed = link(computed, text)
            count += 1
        facts = (
            ("previous head", head, seal.previous),
            ("head", computed, seal.head),
            ("entries", str(count), str(seal.entries)),
        )
        found += [
            Difference(CHAIN, f"seal {seal.pk} of {seal.day}", fact, expected, was)
            for fact, expected, was in facts
            if expected != was
        ]
        head, after = seal.head, seal.last_seq
    found += [
        Difference(CHAIN, "exported heads", fact, "", "")
        for fact in broken_exports(exported=exported, seals=seals)
    ]
    return found, head
