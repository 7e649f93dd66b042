"""The accounts that the demo's trade is posted on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched

from django.conf import settings

from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount
from stores.models import Store

TENDERS = ("cash", "wechat", "alipay", "card")
AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class StoreAccounts:
    """One store's own sums."""

    tenders: dict[str, int]
    sales: int
    promotion: int
    points_granted: int
    growth_granted: int


@dataclass(frozen=True, slots=True)
class MemberAccounts:
    """What a member may hold; without a wallet only points and growth value."""

    points: int
    growth: int
    principal: int = 0
    bonus: int = 0


@dataclass(frozen=True, slots=True)
class Units:
    """The units that the demo counts in."""

    money: int
    points: int
    growth: int


def open_units() -> Units:
    """Money, points and growth value."""
    return Units(
        ledger_services.open_unit(code=settings.CURRENCY),
        ledger_services.open_unit(code="points", kind="points", exponent=0),
        ledger_services.open_unit(code="growth", kind="points", exponent=0),
    )


def open_stores(stores: Sequence[Store], units: Units) -> dict[int, StoreAccounts]:
    """The accounts of each store, by its number."""
    kinds = [
        *((AccountKind.TENDER, tender, units.money) for tender in TENDERS),
        (AccountKind.SALES, "", units.money),
        (AccountKind.PROMOTION, "", units.money),
        (AccountKind.GRANTED, "", units.points),
        (AccountKind.GRANTED, "", units.growth),
    ]
    found = {}
    for store in stores:
        *tenders, sales, promotion, points, growth = ledger_services.open_accounts(
            [
                HolderAccount(
                    kind=kind,
                    unit_id=unit,
                    holder_kind="store",
                    holder_id=store.pk,
                    slot=slot,
                )
                for kind, slot, unit in kinds
            ]
        )
        found[store.pk] = StoreAccounts(
            dict(zip(TENDERS, tenders, strict=True)), sales, promotion, points, growth
        )
    return found


def open_members(
    members: Iterable[tuple[int, bool]], units: Units
) -> dict[int, MemberAccounts]:
    """The accounts of members by their number; `True` beside it: with a wallet."""
    found = {}
    for chunk in batched(members, AT_ONCE):
        wanted = []
        for member_id, has_wallet in chunk:
            kinds = [
                (AccountKind.POINTS, units.points),
                (AccountKind.GROWTH, units.growth),
            ]
            if has_wallet:
                kinds.append((AccountKind.PRINCIPAL, units.money))
                kinds.append((AccountKind.BONUS, units.money))
            wanted += [
                HolderAccount(
                    kind=kind,
                    unit_id=unit,
                    holder_kind="member",
                    holder_id=member_id,
                )
                for kind, unit in kinds
            ]
        ids = iter(ledger_services.open_accounts(wanted))
        for member_id, has_wallet in chunk:
            count = 4 if has_wallet else 2
            found[member_id] = MemberAccounts(*(next(ids) for _ in range(count)))
    return found
