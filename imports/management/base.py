"""What the commands share: `manage.py import_members FILE [--dry-run] …`."""

import uuid
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from common.errors import DomainError
from imports import previews, reports
from imports import services as imports_services
from imports.errors import EncodingUnknown, LastRowMayBeCut, RowsAreBad
from imports.fates import Fate
from imports.options import ImportOptions, mapping_from
from stores import services as stores_services

SHOWN = 20


class ImportCommand(BaseCommand):
    """One kind of file; `--dry-run` shows each row's fate and changes nothing."""

    kind: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        """The options, the same for every kind."""
        parser.add_argument("file", type=Path, help="a CSV or XLSX file")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and stop"
        )
        parser.add_argument(
            "--source",
            default="import",
            help="the system that the file comes from; references are its own",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help="a column of the file and ours, for example customer=member; repeat",
        )
        parser.add_argument(
            "--encoding",
            default="",
            help="such as utf-8, gb18030, big5, cp1252 or shift_jis; needed where the"
            " file is no UTF-8 and has no mark",
        )
        parser.add_argument(
            "--delimiter", default="", help="comma, semicolon, tab or bar; else found"
        )
        parser.add_argument("--sheet", default="", help="of a workbook; else the first")
        parser.add_argument(
            "--store", default="", help="code of the store for rows that name none"
        )
        parser.add_argument(
            "--date-format",
            default="",
            help="ymd, dmy, mdy or a pattern such as %%d.%%m.%%Y; where the year comes"
            " first, none is needed",
        )
        parser.add_argument(
            "--decimals",
            type=int,
            help="how many decimals amounts may have; more than the currency's are"
            " rounded half up",
        )
        parser.add_argument(
            "--minor", action="store_true", help="amounts are in the smallest unit"
        )
        parser.add_argument(
            "--decimal-comma", action="store_true", help="amounts are written 29,33"
        )
        parser.add_argument(
            "--time-zone",
            default="",
            help="where the clock of the file hangs, such as Europe/Berlin; else at"
            " each store",
        )
        parser.add_argument(
            "--complete",
            action="store_true",
            help="nothing is missing, although the last row has no line break or"
            " fewer cells than the others",
        )
        parser.add_argument(
            "--report", type=Path, help="write the fate of every row to this CSV file"
        )
        self.add_more(parser)

    def add_more(self, parser: CommandParser) -> None:
        """What only one kind has."""

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look the file through, or bring it in; bad rows are shown either way."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        with TemporaryDirectory() as folder:
            fates = Path(folder) / "fates.csv"
            try:
                self._run(path, fates, options)
            except DomainError as refusal:
                if isinstance(refusal, RowsAreBad):
                    self._show_bad(fates)
                if isinstance(refusal, EncodingUnknown):
                    self._show_samples(refusal)
                if isinstance(refusal, LastRowMayBeCut):
                    self.stdout.write(f"Its last row: {refusal.row}")
                raise CommandError(str(refusal)) from refusal
            finally:
                if options["report"] and fates.exists():
                    self._keep(fates, options["report"])

    def _run(self, path: Path, fates: Path, given: dict[str, Any]) -> None:
        options = ImportOptions(
            source=given["source"],
            mapping=mapping_from(given["map"]),
            encoding=given["encoding"],
            delimiter=given["delimiter"],
            sheet=given["sheet"],
            store=given["store"],
            date_format=given["date_format"],
            decimals=given["decimals"],
            minor=given["minor"],
            decimal_comma=given["decimal_comma"],
            points=given.get("points", False),
            rows=given.get("rows", ""),
            time_zone=given["time_zone"],
            complete=given["complete"],
        )
        at = now()
        run = (
            imports_services.look_through
            if given["dry_run"]
            else imports_services.bring_in
        )
        outcome = run(
            kind=self.kind,
            path=path,
            options=options,
            by=stores_services.act(
                task="import", at=at, request_id=f"import-{uuid.uuid4()}"
            ),
            at=at,
            report=fates,
            tell=self._tell,
        )
        self._show(outcome, dry_run=given["dry_run"])
        if given["dry_run"] and outcome.counts[Fate.BAD]:
            self._show_bad(fates)

    def _tell(self, step: str, done: int, total: int | None) -> None:
        of = f" of about {total:,}" if total and total != done else ""
        if self.stderr.isatty():
            self.stderr.write(f"\r{step}: {done:,}{of} rows   ", ending="")
            self.stderr.flush()
        elif done % 100_000 == 0 or total == done:
            self.stderr.write(f"{step}: {done:,}{of} rows")

    def _show(self, outcome: imports_services.Outcome, *, dry_run: bool) -> None:
        said = ", ".join(
            f"{outcome.counts[fate]:,} {fate.label}"
            for fate in Fate
            if outcome.counts[fate]
        )
        self.stdout.write(f"{outcome.rows:,} rows: {said or 'nothing'}.")
        for sentence in previews.sentences(outcome.preview):
            self.stdout.write(sentence)
        for written, *read in previews.moments(outcome.preview):
            self.stdout.write(f"  {written} → {', '.join(read)}")
        for example in previews.examples(outcome.preview):
            cells = zip(previews.example_titles(), example, strict=True)
            self.stdout.write("  " + ", ".join(" ".join(cell) for cell in cells))
        if outcome.unread:
            self.stdout.write(f"Columns not read: {', '.join(outcome.unread)}.")
        if dry_run:
            self.stdout.write("A dry run: nothing was changed.")

    def _show_bad(self, fates: Path) -> None:
        bad = reports.read(fates, only=Fate.BAD)
        for line, _reference, _fate, why in islice(bad, SHOWN):
            self.stdout.write(f"Line {line}: {why}")
        more = sum(1 for _row in bad)
        if more:
            self.stdout.write(f"… and {more:,} more; --report FILE names them all.")

    def _show_samples(self, refusal: EncodingUnknown) -> None:
        for name, samples in refusal.samples.items():
            self.stdout.write(f"--encoding {name}: {', '.join(samples)}")

    def _keep(self, fates: Path, target: Path) -> None:
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(reports.lines(fates))
