"""Everything that is kept about a member, to be read: by heading, in words.

Headings and the words of a choice are those of the tables' own columns, so that a new
column has its name here in every language. Bare keys of rows are left out: they say
nothing to anybody, and stand in the JSON form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common import tables
from common.money import format_amount, format_count, format_money
from ledger.kinds import AccountKind, EntryKind
from members.services import MemberExport
from portal.my_data_words import KEYS, MONEY, NAMES, OF_AN_ACCOUNT, SECTIONS

from .templatetags.portal import plain_day

# What is said only where it is so.
IF_SO: Final = frozenset({"birth_leap"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One value under its name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadableSection:
    """One heading with all that stands under it."""

    title: str
    rows: list[list[Fact]]


def readable(export: MemberExport) -> list[ReadableSection]:
    """Every section of an export that says something, in the reader's language.

    Raises KeyError for a section that nobody gave a heading: none is left out.
    """
    kinds: dict[object, tuple[str, str]] = {}
    parts = []
    for section in export.sections:
        title, table = SECTIONS[section.name]
        rows = []
        for row in section.rows():
            if section.name == "accounts":
                kinds[row["account"]] = (str(row["kind"]), str(row["unit"]))
            told = _told(section.name, row, kinds, export.member_id)
            facts = list(_facts(section.name, told, table, kinds))
            if facts:
                rows.append(facts)
        if rows:
            parts.append(ReadableSection(str(title), rows))
    return parts


def _told(
    section: str,
    row: dict[str, object],
    kinds: dict[object, tuple[str, str]],
    member_id: int,
) -> dict[str, object]:
    """A row with what its bare keys stand for."""
    if section in {"cards.shared_wallets", "cards.share_offers"}:
        is_mine = row["owner_id"] == member_id
        return {"whose": _("mine") if is_mine else _("another’s"), **row}
    if section == "changes":
        kinds_of_change = {"+": _("written first"), "~": _("changed")}
        return {**row, "kind": kinds_of_change.get(str(row["kind"]), row["kind"])}
    if section == "identity":
        return {**row, "brought_by": _("a friend") if row["brought_by"] else ""}
    if section in {"statement", "lots"}:
        kind, unit = kinds[row["account"]]
        return {"balance_of": AccountKind(kind).label, **row, "unit": unit}
    return row


def _facts(
    section: str,
    row: dict[str, object],
    table: type[Model] | None,
    kinds: dict[object, tuple[str, str]],
) -> Iterator[Fact]:
    for column, value in row.items():
        is_silent = value in (None, "", [], {}) or (column in IF_SO and not value)
        if column in KEYS or column == "unit" or is_silent:
            continue
        field = _field(table, column)
        yield Fact(heading(column, field), _words(section, column, value, field, row))


def _field(table: type[Model] | None, column: str) -> Field[Any, Any] | None:
    """The column of a table, over its relations."""
    found: Any = None
    for name in column.split("__"):
        if table is None:
            return None
        try:
            found = table._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        table = found.related_model
    return found if isinstance(found, Field) else None


def heading(column: str, field: Field[Any, Any] | None) -> str:
    """What a column is called; its bare name where nobody gave it another."""
    if column == "balance_of":
        return _("Balance of")
    if column in NAMES:
        return str(NAMES[column])
    if field is None:
        return column
    return capfirst(str(field.verbose_name))


def _words(
    section: str,
    column: str,
    value: object,
    field: Field[Any, Any] | None,
    row: dict[str, object],
) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return tables.clock(value)
    if isinstance(value, date):
        return plain_day(value)
    if isinstance(value, list | tuple):
        return " · ".join(_item(one) for one in value)
    if isinstance(value, dict):
        return " · ".join(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, int):
        return _number(column, value, row)
    return _choice(section, str(value), column, field)


def _number(column: str, value: int, row: dict[str, object]) -> str:
    if column in OF_AN_ACCOUNT and "unit" in row:
        return format_amount(value, str(row["unit"]))
    if column in MONEY:
        return format_money(value)
    return f"{value}" if "year" in column else format_count(value)


def _choice(
    section: str, value: str, column: str, field: Field[Any, Any] | None
) -> str:
    """The word of a choice; any other text as it is."""
    if column == "kind" and section == "accounts":
        return str(AccountKind(value).label)
    if column == "kind" and section in {"statement", "lots"}:
        return str(EntryKind(value).label)
    choices = dict(field.flatchoices) if field is not None else {}
    return str(choices.get(value, value))


def _item(one: object) -> str:
    """A line of a bill, or a plain word."""
    if not isinstance(one, dict):
        return str(one)
    amount = one.get("net", one.get("amount"))
    words = f"{one.get('name') or _('Item')} × {one.get('quantity')}"
    return f"{words} {format_money(amount)}" if isinstance(amount, int) else words
