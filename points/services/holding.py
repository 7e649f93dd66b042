"""The accounts of a member in the programmes of points, and their lock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import Act, HolderAccount

POINTS, GROWTH, STAMPS = "points", "growth", "stamps"
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Holding:
    """A member's accounts: what can be used, what is pending, what is owed, growth."""

    member_id: int
    points: int
    pending: int
    debt: int
    growth: int


@dataclass(frozen=True, slots=True)
class Held:
    """Balances under the lock; `points` may include what has expired unswept."""

    points: int
    pending: int
    debt: int
    growth: int


def units(*codes: str) -> list[int]:
    """The units of programmes (points, growth, stamps), opened where they are not."""
    known = ledger_selectors.unit_ids(codes)
    return [known[code] if code in known else _open(code) for code in codes]


def _open(code: str) -> int:
    kind = STAMPS if code == STAMPS else POINTS
    return ledger_services.open_unit(code=code, kind=kind, exponent=0)


def holdings_of(member_ids: list[int]) -> dict[int, Holding]:
    """The accounts of members, opened where they are not there yet."""
    points, growth = units(POINTS, GROWTH)
    kinds = (
        (AccountKind.POINTS, points, ""),
        (AccountKind.POINTS, points, PENDING),
        (AccountKind.DEBT, points, ""),
        (AccountKind.GROWTH, growth, ""),
    )
    ids = ledger_services.open_accounts(
        [
            HolderAccount(
                kind=kind,
                unit_id=unit_id,
                holder_kind="member",
                holder_id=member_id,
                slot=slot,
            )
            for member_id in member_ids
            for kind, unit_id, slot in kinds
        ]
    )
    return {
        member_id: Holding(member_id, *ids[place * 4 : place * 4 + 4])
        for place, member_id in enumerate(member_ids)
    }


def holding_of(member_id: int) -> Holding:
    """The accounts of one member."""
    return holdings_of([member_id])[member_id]


def lock(holding: Holding, *others: int) -> Held:
    """Lock a member's accounts, all at once: what is decided next stays true."""
    balances = ledger_services.lock_accounts(
        [holding.points, holding.pending, holding.debt, holding.growth, *others]
    )
    return Held(
        balances[holding.points],
        balances[holding.pending],
        balances[holding.debt],
        balances[holding.growth],
    )


def lock_many(holdings: Collection[Holding]) -> dict[int, int]:
    """Lock the accounts of many members, in one order; what each owes."""
    accounts = [
        account
        for one in holdings
        for account in (one.points, one.pending, one.debt, one.growth)
    ]
    balances = ledger_services.lock_accounts(accounts)
    return {one.member_id: balances[one.debt] for one in holdings}


def granted(by: Act, code: str) -> int:
    """The store's account of what was given; head office's where there is no store."""
    return ledger_services.open_account(granted_of(code, by.store_id))


def granted_of(code: str, store_id: int | None) -> HolderAccount:
    """How that account is known, open or not."""
    return HolderAccount(
        kind=AccountKind.GRANTED,
        unit_id=units(code)[0],
        holder_kind="shop" if store_id is None else "store",
        holder_id=store_id,
    )


def expire_first(account_ids: list[int], *, by: Act, at: datetime) -> None:
    """Under the lock: what is due leaves, before its lot is given a new life."""
    ledger_services.expire_lots(
        at=at,
        business_date=by.business_date,
        request_id=by.request_id,
        only=account_ids,
    )


def usable(account_id: int, at: datetime) -> int:
    """What can be spent of an account at a moment."""
    return ledger_selectors.usable_balance(account_id=account_id, at=at)
