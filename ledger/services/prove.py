"""The proof of the books: it names what differs, and never mends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from ledger.chain import GENESIS, entry_texts, link
from ledger.checks import CHECKS, CONSTRAINTS, COUNTS, SUMS, TRIGGERS
from ledger.models import Account, ProofRun, Seal
from ledger.services.accounts import set_account_status
from ledger.services.seal import broken_exports, exported_heads

NAMED_AT_MOST = 100


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
    """What was counted and summed in one snapshot, and every difference found."""

    counts: dict[str, int]
    sums: dict[str, dict[str, int]]
    differences: tuple[Difference, ...]
    head: str

    @property
    def is_proven(self) -> bool:
        """Whether not a single row differs."""
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        """For `--json`: counts, sums per unit and kind, differences, head."""
        return {
            "proven": self.is_proven,
            "counts": self.counts,
            "sums": self.sums,
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
        differences = [
            difference for check in CHECKS for difference in _differences(check)
        ]
        chain, head = _chain(exported=exported)
    return Proof(counts, sums, (*differences, *chain), head)


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


def _differences(check: str) -> list[Difference]:
    with connection.cursor() as cursor:
        guards = {"triggers": TRIGGERS, "constraints": CONSTRAINTS}
        cursor.execute(
            f"SELECT * FROM ({CHECKS[check]}) d LIMIT {NAMED_AT_MOST}",  # noqa: S608 (our own text)
            guards if "%(triggers)s" in CHECKS[check] else None,
        )
        return [
            Difference(check, row, fact, str(expected), str(found))
            for row, fact, expected, found in cursor.fetchall()
        ]


def _chain(*, exported: dict[int, str]) -> tuple[list[Difference], str]:
    """Walk the chain from its beginning: the head, and every seal that does not fit."""
    check = "the sealed entries are as they were"
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
            Difference(check, f"seal {seal.pk} of {seal.day}", fact, expected, was)
            for fact, expected, was in facts
            if expected != was
        ]
        head, after = seal.head, seal.last_seq
    found += [
        Difference(check, "exported heads", fact, "", "")
        for fact in broken_exports(exported=exported, seals=seals)
    ]
    return found, head
