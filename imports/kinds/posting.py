"""Lots that were judged new, posted into the books: one entry for each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from django.conf import settings

from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import HolderAccount, Line
from tiers import services as tiers_services

from .base import Context, Pieces, run

# Rows brought in at once: their accounts, then their entries.
PIECE: Final = 10_000
POINT: Final = """
UPDATE imports_lots l SET ref_id = s.ref_id, member_id = s.member_id
  FROM imports_staged s
 WHERE s.line = l.line AND l.fate = 'new'
"""
NUMBERS: Final = """
UPDATE imports_lots
   SET known_id = nextval(pg_get_serial_sequence('imports_externalref', 'id'))
 WHERE fate = 'new'
"""
REMEMBER: Final = """
INSERT INTO imports_externalref
       (id, source, kind, reference, member_id, object_id, brought, erased, made_at)
SELECT known_id, %(source)s, 'balance',
       ref_id || ':' || kind || ':'
         || coalesce(extract(epoch FROM expires_at)::bigint::text, ''),
       member_id, ref_id, jsonb_build_object('amount', amount), false, %(at)s
  FROM imports_lots WHERE fate = 'new' ORDER BY id
"""
NEW: Final = """
SELECT line, member_id, kind, amount, expires_at, known_id, id
  FROM imports_lots WHERE fate = 'new' AND id > %(after)s
 ORDER BY id LIMIT %(piece)s
"""

GROWN: Final = """
SELECT DISTINCT member_id FROM imports_lots
 WHERE fate = 'new' AND kind = 'growth' AND member_id > %(after)s
 ORDER BY member_id LIMIT %(piece)s
"""


@dataclass(frozen=True, slots=True)
class Lot:
    """One amount that a member brings along."""

    line: int
    member_id: int
    kind: AccountKind
    amount: int
    expires_at: datetime | None
    ref_id: int


def post_lots(context: Context) -> None:
    """Everything that is new, into the books and into the references."""
    run(POINT)
    run(NUMBERS)
    run(REMEMBER, source=context.source, at=context.at)
    run("CREATE INDEX ON imports_lots (id) WHERE fate = 'new'")
    units = _units(context)
    done = 0
    for piece in Pieces(NEW, {}, PIECE):
        lots = [
            Lot(line, member, AccountKind(kind), amount, end, ref)
            for line, member, kind, amount, end, ref, _id in piece
        ]
        _post(lots, units, context)
        done += len(lots)
        context.tell("posting", done, None)
    _raise_tiers(context)


def _raise_tiers(context: Context) -> None:
    """Whoever was brought growth value has the tier that it reaches, at once."""
    for piece in Pieces(GROWN, {}, PIECE):
        tiers_services.raise_reached_step(
            member_ids=[member_id for (member_id,) in piece],
            at=context.at,
            by=context.importer,
        )


def _units(context: Context) -> dict[AccountKind, int]:
    """The unit that each kind is counted in."""
    money = ledger_services.open_unit(code=settings.CURRENCY)
    return {
        AccountKind.PRINCIPAL: money,
        AccountKind.BONUS: money,
        AccountKind.POINTS: ledger_services.open_unit(
            code="points", kind="points", exponent=0
        ),
        AccountKind.GROWTH: ledger_services.open_unit(
            code="growth", kind="points", exponent=0
        ),
    }


def _post(lots: Sequence[Lot], units: dict[AccountKind, int], context: Context) -> None:
    accounts = ledger_services.open_accounts(
        [
            HolderAccount(
                kind=lot.kind,
                unit_id=units[lot.kind],
                holder_kind="member",
                holder_id=lot.member_id,
            )
            for lot in lots
        ]
    )
    opening = _opening(units)
    act = context.importer
    drafts = []
    held = zip(lots, accounts, strict=True)
    for _line, together in groupby(held, key=lambda pair: pair[0].line):
        pairs = list(together)
        drafts.append(
            ledger_services.Draft(
                kind=EntryKind.OPENING,
                key=f"import:{pairs[0][0].ref_id}",
                at=context.at,
                act=act,
                memo=context.source,
                lines=[
                    Line(
                        debit_id=opening[units[lot.kind]],
                        credit_id=account,
                        amount=lot.amount,
                        expires_at=lot.expires_at,
                    )
                    for lot, account in pairs
                ],
            )
        )
    ledger_services.post_many(drafts=drafts)


def _opening(units: dict[AccountKind, int]) -> dict[int, int]:
    """For each unit the account that says what was brought along."""
    wanted = sorted(set(units.values()))
    found = ledger_services.open_accounts(
        [
            HolderAccount(kind=AccountKind.OPENING, unit_id=unit, holder_kind="shop")
            for unit in wanted
        ]
    )
    return dict(zip(wanted, found, strict=True))
