"""Whose wallet it is, and the accounts that make it up."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.errors import AccountClosed
from ledger.kinds import AccountKind
from ledger.services import HolderAccount

from .errors import NoSuchHolder

LAPSED = "lapsed"  # the slot of what rests, owed until somebody asks for it
REFUND_FEE = "refund_fee"


@dataclass(frozen=True, slots=True)
class Holder:
    """A member, or a bearer card that belongs to nobody."""

    kind: str
    id: int

    @classmethod
    def member(cls, member_id: int) -> "Holder":
        """The wallet of a member."""
        return cls("member", member_id)

    @classmethod
    def card(cls, card_id: int) -> "Holder":
        """The wallet of a bearer card."""
        return cls("card", card_id)

    @property
    def member_id(self) -> int | None:
        """The member; None for a bearer card."""
        return None if self.is_bearer else self.id

    @property
    def is_bearer(self) -> bool:
        """Whether nobody's name stands behind it."""
        return self.kind == "card"

    @property
    def row(self) -> dict[str, int]:
        """How a row of ours points at it."""
        return {f"{self.kind}_id": self.id}


@dataclass(frozen=True, slots=True)
class WalletAccounts:
    """The accounts of a wallet, by their ids."""

    principal: int
    bonus: int
    held: int
    lapsed: int

    def of(self, kind: str) -> int:
        """The account of a kind of money."""
        return self.bonus if kind == AccountKind.BONUS else self.principal


def currency_unit() -> int:
    """The unit of the house's money."""
    return ledger_services.open_unit(code=settings.CURRENCY)


def open_wallet(holder: Holder) -> WalletAccounts:
    """Find or open the accounts of a wallet.

    Raises NoSuchHolder for somebody merged or erased, who opens none any more.
    """
    unit = currency_unit()
    wanted = [
        HolderAccount(
            kind=kind,
            unit_id=unit,
            holder_kind=holder.kind,
            holder_id=holder.id,
            slot=slot,
        )
        for kind, slot in (
            (AccountKind.PRINCIPAL, ""),
            (AccountKind.BONUS, ""),
            (AccountKind.HELD, ""),
            (AccountKind.HELD, LAPSED),
        )
    ]
    try:
        return WalletAccounts(*ledger_services.open_accounts(wanted))
    except AccountClosed as gone:
        raise NoSuchHolder from gone


def lock_wallets(holders: Iterable[Holder]) -> dict[int, int]:
    """A step: lock all that these hold, in one order everywhere; each balance.

    Everything, points included: what a command posts later, in whatever order, then
    finds its accounts locked already, and nobody waits in a circle.
    """
    ids = [
        account_id
        for holder in holders
        for account_id in ledger_lineage.guarded_accounts(
            holder_kind=holder.kind, holder_id=holder.id
        )
    ]
    return ledger_services.lock_accounts(ids)


def store_account(
    kind: AccountKind, store_id: int | None, slot: str = ""
) -> HolderAccount:
    """One of the house's own accounts of money; without a store it is the shop's."""
    return HolderAccount(
        kind=kind,
        unit_id=currency_unit(),
        holder_kind="store" if store_id is not None else "shop",
        holder_id=store_id,
        slot=slot,
    )


def open_store_account(kind: AccountKind, store_id: int | None, slot: str = "") -> int:
    """Find or open one of the house's own accounts of money."""
    return ledger_services.open_account(store_account(kind, store_id, slot))
