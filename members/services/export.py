"""Everything kept about one member, for themselves."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Final

from django.db import transaction

from common.exports import safe_cell
from ledger import selectors as ledger_selectors
from ledger.services import Act
from members.errors import MemberUnknown
from members.models import ClosureRequest, Consent, Member, MemberTag, Merge
from members.parts import all_parts
from stores import services as stores_services

from . import value
from .access import require_self_or

EXPORT = "members.export_member"
PAGE = 500
IDENTITY: Final = (
    "public_id",
    "name",
    "phone",
    "email",
    "salutation",
    "gender",
    "language",
    "birth_calendar",
    "birth_year",
    "birth_month",
    "birth_day",
    "birth_leap",
    "referral_code",
    "custom",
    "status",
    "joined_at",
)

type Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the export; its rows are read when they are asked for."""

    name: str
    rows: Callable[[], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class MemberExport:
    """All that is kept about a member, section by section."""

    member_id: int
    made_at: datetime
    sections: tuple[Section, ...]

    def as_dict(self) -> dict[str, list[Row]]:
        """Everything at once, for what is known to be short."""
        return {section.name: list(section.rows()) for section in self.sections}


@transaction.atomic
def export_member(*, member_id: int, by: Act, at: datetime) -> MemberExport:
    """Hand out everything about a member, to themselves or by someone who may.

    What was merged into them belongs to them too. Raises MemberUnknown, NotAllowed.
    """
    require_self_or(by, member_id, EXPORT)
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise MemberUnknown
    merged = Member.objects.filter(merged_into=member_id).values_list("pk", flat=True)
    ids = [member_id, *sorted(merged)]
    stores_services.record_act(
        name="members.exported", by=by, at=at, subject=member, facts={"rows": len(ids)}
    )
    return MemberExport(member_id, at, tuple(_sections(ids)))


def json_pieces(export: MemberExport) -> Iterator[str]:
    """The export as one JSON object, piece by piece."""
    yield '{"made_at": ' + _json(export.made_at)
    for section in export.sections:
        yield f",\n{_json(section.name)}: ["
        for number, row in enumerate(section.rows()):
            yield (",\n" if number else "\n") + _json(row)
        yield "]"
    yield "}\n"


def zip_file(export: MemberExport) -> IO[bytes]:
    """The export as a ZIP: all of it as JSON, and each section as CSV; on disk."""
    file = TemporaryFile()  # noqa: SIM115 (the response that sends it closes it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("everything.json", "w") as whole:
            for piece in json_pieces(export):
                whole.write(piece.encode())
        for section in export.sections:
            with archive.open(f"{section.name}.csv", "w") as table:
                for line in _csv_lines(section):
                    table.write(line.encode())
    file.seek(0)
    return file


def _sections(ids: list[int]) -> Iterator[Section]:
    yield Section("identity", lambda: _identity(ids))
    yield Section("changes", lambda: _changes(ids))
    yield Section("tags", lambda: _tags(ids))
    yield Section("consents", lambda: _consents(ids))
    yield Section("merges", lambda: _merges(ids))
    yield Section("requests_to_leave", lambda: _closures(ids))
    yield Section("accounts", lambda: _accounts(ids))
    yield Section("statement", lambda: _statement(ids))
    yield Section("lots", lambda: _lots(ids))
    for part in all_parts():
        told: dict[str, list[Row]] = {}
        for pk in ids:
            for name, rows in part.export(member_id=pk).items():
                told.setdefault(name, []).extend(rows)
        for name, rows in told.items():
            yield Section(f"{part.word}.{name}", partial(iter, rows))


def _identity(ids: list[int]) -> Iterator[Row]:
    rows = Member.objects.filter(pk__in=ids).select_related("home_store", "referrer")
    for member in rows.order_by("pk"):
        row: Row = {name: getattr(member, name) for name in IDENTITY}
        row["home_store"] = member.home_store.name if member.home_store else ""
        row["keeper"] = str(member.keeper) if member.keeper else ""
        row["brought_by"] = str(member.referrer.public_id) if member.referrer else ""
        yield row


def _changes(ids: list[int]) -> Iterator[Row]:
    history = Member.history.filter(id__in=ids).order_by("history_date", "history_id")
    for change in history.iterator(chunk_size=PAGE):
        row: Row = {"at": change.history_date, "kind": change.history_type}
        row |= {name: getattr(change, name) for name in IDENTITY}
        yield row


def _tags(ids: list[int]) -> Iterator[Row]:
    rows = MemberTag.objects.filter(member__in=ids).select_related("tag")
    for tagging in rows.order_by("pk"):
        yield {"tag": tagging.tag.name, "since": tagging.tagged_at}


def _consents(ids: list[int]) -> Iterator[Row]:
    rows = Consent.objects.filter(member__in=ids).select_related("text", "store")
    for consent in rows.order_by("at", "pk").iterator(chunk_size=PAGE):
        yield {
            "at": consent.at,
            "purpose": consent.purpose,
            "channel": consent.channel,
            "agreed": consent.granted,
            "version": consent.text.version if consent.text else None,
            "text": consent.text.text if consent.text else "",
            "source": consent.source,
            "store": consent.store.name if consent.store else "",
        }


def _merges(ids: list[int]) -> Iterator[Row]:
    for merged in Merge.objects.filter(source__in=ids).order_by("pk"):
        yield {"at": merged.at, "merged": merged.source_id, "into": merged.target_id}


def _closures(ids: list[int]) -> Iterator[Row]:
    rows = ClosureRequest.objects.filter(member__in=ids).select_related("store")
    for asked in rows.order_by("pk"):
        yield {
            "at": asked.at,
            "store": asked.store.name if asked.store else "",
            "principal": asked.principal,
            "state": asked.state,
            "ended_at": asked.ended_at,
        }


def _accounts(ids: list[int]) -> Iterator[Row]:
    for pk in ids:
        for account in value.accounts_of(pk):
            yield {
                "account": account.pk,
                "kind": account.kind,
                "slot": account.slot,
                "unit": account.unit,
                "status": account.status,
                "balance": account.balance,
            }


def _statement(ids: list[int]) -> Iterator[Row]:
    """Every movement of every account, newest first, with the balance after it."""
    for pk in ids:
        for account in value.accounts_of(pk):
            before = None
            while page := ledger_selectors.statement(
                account_id=account.pk, before=before, limit=PAGE
            ):
                for movement in page:
                    yield {
                        "account": account.pk,
                        "at": movement.occurred_at,
                        "business_date": movement.business_date,
                        "kind": movement.kind,
                        "change": movement.change,
                        "balance_after": movement.balance_after,
                        "unit": account.unit,
                        "memo": movement.memo,
                        "entry": movement.entry_id,
                    }
                before = page[-1].posting_id


def _lots(ids: list[int]) -> Iterator[Row]:
    """What came in, what is left of each, until when."""
    for pk in ids:
        accounts = [account.pk for account in value.accounts_of(pk)]
        before = None
        while page := ledger_selectors.lot_stories(
            account_ids=accounts, before=before, limit=PAGE
        ):
            for lot in page:
                yield {
                    "account": lot.account_id,
                    "came": lot.occurred_at,
                    "kind": lot.kind,
                    "initial": lot.initial,
                    "remaining": lot.remaining,
                    "expires_at": lot.expires_at,
                    "entry": lot.entry_id,
                }
            before = page[-1].lot_id


def _csv_lines(section: Section) -> Iterator[str]:
    """A table with the columns of its first row, marked as UTF-8 for spreadsheets."""
    line = io.StringIO()
    writer = csv.writer(line)
    columns: list[str] = []
    yield "\ufeff"
    for row in section.rows():
        if not columns:
            columns = list(row)
            writer.writerow(columns)
        writer.writerow([_cell(row.get(column)) for column in columns])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: object) -> object:
    plain = isinstance(value, str | int | float | bool | None)
    return safe_cell(value if plain else _json(value).strip('"'))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
