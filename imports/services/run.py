"""A file looked through, or brought in: all of it or nothing, in one transaction."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from common.statements import statements_not_kept
from imports.errors import ChangedMeanwhile, OptionRefused, RowsAreBad
from imports.fates import Fate
from imports.kinds import KINDS, Context, Kind
from imports.kinds.base import rows
from imports.options import ImportOptions
from imports.reading import Limits
from imports.values import Reader, date_formats
from ledger.services import Act
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from stores import services as stores_services
from stores.models import Store

from .staging import make_tables, stage

type Tell = Callable[[str, int, int | None], None]

ONE_AT_A_TIME: Final = "imports.bring_in"
PIECE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many rows there were, what became of them, and which columns nobody read.

    `preview` is what was seen in the file: members, and of sales the first few bills.
    """

    rows: int
    counts: dict[str, int] = field(default_factory=dict)
    preview: dict[str, Any] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def nobody_listens(_step: str, _done: int, _total: int | None) -> None:
    """For who does not want to be told."""


def limits() -> Limits:
    """How large a file may be, as the settings say."""
    return Limits(file_bytes=settings.IMPORT_MOST_BYTES, rows=settings.IMPORT_MOST_ROWS)


@statements_not_kept()
def look_through(
    *,
    kind: str,
    path: Path,
    options: ImportOptions,
    by: Act,
    at: datetime,
    report: Path | None = None,
    tell: Tell = nobody_listens,
) -> Outcome:
    """The fate that each row would have; nothing is changed, and could not be.

    Raises FileRefused, ColumnsRefused, OptionRefused.
    """
    chosen = KINDS[kind]
    context = make_context(options=options, by=by, at=at, tell=tell)
    with transaction.atomic():
        make_tables(chosen)
        with connection.cursor() as cursor:
            # From here on the database itself refuses to change anything of the shop's.
            cursor.execute("SET TRANSACTION READ ONLY")
        outcome = _judge(chosen, path, context, report)
        transaction.set_rollback(True)
    return outcome


@statements_not_kept()
def bring_in(
    *,
    kind: str,
    path: Path,
    options: ImportOptions,
    by: Act,
    at: datetime,
    report: Path | None = None,
    tell: Tell = nobody_listens,
    finish: Callable[[Outcome], None] = lambda _outcome: None,
) -> Outcome:
    """Bring a whole file in, or nothing of it; the same file again changes nothing.

    `finish` is the last thing done in the transaction. One import at a time: the next
    waits, and then finds what this one brought. Raises RowsAreBad, LastRowMayBeCut,
    ChangedMeanwhile and what `look_through` raises.
    """
    chosen = KINDS[kind]
    context = make_context(options=options, by=by, at=at, tell=tell)
    try:
        with transaction.atomic():
            hold_the_door()
            make_tables(chosen)
            outcome = _judge(chosen, path, context, report)
            bad = outcome.counts.get(Fate.BAD, 0)
            if bad:
                raise RowsAreBad(bad=bad)
            if context.last_row is not None and not options.complete:
                raise context.last_row.question
            chosen.write(context)
            stores_services.record_act(
                name="imports.applied",
                by=by,
                at=at,
                facts={
                    "kind": kind,
                    "source": options.source,
                    "rows": outcome.rows,
                    **outcome.counts,
                },
            )
            finish(outcome)
    except IntegrityError as changed:
        raise ChangedMeanwhile from changed
    return outcome


def hold_the_door() -> None:
    """One import at a time, to the end of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [ONE_AT_A_TIME])


def make_context(
    *, options: ImportOptions, by: Act, at: datetime, tell: Tell = nobody_listens
) -> Context:
    """What the rows of one file are read against. Raises OptionRefused."""
    stores: dict[str, Store] = {}
    for store in Store.objects.order_by("-pk"):
        stores[store.name.casefold()] = store
    for store in Store.objects.all():
        stores[store.code.casefold()] = store
    chosen = stores.get(options.store.strip().casefold()) if options.store else None
    if options.store and chosen is None:
        raise OptionRefused.no_such_store()
    zone = chosen.zone if chosen is not None else ZoneInfo(settings.TIME_ZONE)
    if options.time_zone:
        zone = ZoneInfo(options.time_zone)
    precision = options.precision
    return Context(
        options=options,
        reader=Reader(
            zone=zone,
            precision=precision,
            decimals=precision if options.decimals is None else options.decimals,
            minor=options.minor,
            decimal_comma=options.decimal_comma,
            date_formats=date_formats(options.date_format),
        ),
        country=policies_selectors.in_force(ShopPolicy, at=at).country,
        stores=stores,
        store=chosen,
        at=at,
        by=by,
        tell=tell,
    )


def _judge(kind: Kind, path: Path, context: Context, report: Path | None) -> Outcome:
    count = stage(kind, path, context, limits())
    context.tell("judging", count, count)
    kind.judge(context)
    counts: dict[str, int] = dict.fromkeys(Fate.values, 0)
    fates = f"WITH f AS ({kind.fates}) SELECT fate, count(*) FROM f GROUP BY 1"  # noqa: S608 (ours)
    counts.update(rows(fates))
    if report is not None:
        _write_report(kind, report)
    return Outcome(
        rows=count,
        counts=counts,
        unread=context.unread,
        preview=kind.preview(context)
        | ({"moments": context.moments} if context.moments else {})
        | ({"last_row": context.last_row.as_json()} if context.last_row else {}),
    )


def _write_report(kind: Kind, path: Path) -> None:
    """Each row's fate in short words; whoever downloads it gets sentences."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"{kind.fates} ORDER BY line")
            while found := cursor.fetchmany(PIECE):
                writer.writerows(found)
