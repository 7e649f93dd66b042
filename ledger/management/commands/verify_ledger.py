"""`manage.py verify_ledger`: prove the books, now."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from ledger import services as ledger_services
from ledger.services import Proof


class Command(BaseCommand):
    help = "Prove the books in one snapshot; exit 0 only if not a single row differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print the proof as JSON"
        )
        parser.add_argument(
            "--record",
            action="store_true",
            help="keep the result, as the nightly run does",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        started_at = now()
        proof = ledger_services.prove_books()
        if options["record"]:
            ledger_services.record_proof(
                proof=proof, started_at=started_at, finished_at=now()
            )
        if options["json"]:
            self.stdout.write(json.dumps(proof.as_json(), indent=2))
        else:
            self._print(proof)
        if not proof.is_proven:
            raise SystemExit(1)

    def _print(self, proof: Proof) -> None:
        counts = ", ".join(
            f"{count:,} {name.replace('_', ' ')}"
            for name, count in proof.counts.items()
        )
        self.stdout.write(counts)
        for unit, kinds in proof.sums.items():
            self.stdout.write(
                f"{unit}: "
                + ", ".join(f"{kind} {total:,}" for kind, total in kinds.items())
            )
        for difference in proof.differences:
            says = difference.fact
            if difference.expected or difference.found:
                says += f" should be {difference.expected}, is {difference.found}"
            self.stdout.write(f"DIFFERS {difference.row}: {says} ({difference.check})")
        for check, rows in proof.failing.items():
            self.stdout.write(f"FAILS: {check} ({rows:,} rows)")
        self.stdout.write(
            "The books are proven."
            if proof.is_proven
            else "The books are NOT proven:"
            f" {sum(proof.failing.values()):,} rows differ."
        )
