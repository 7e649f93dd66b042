"""What a member holds in the books, moved or given up by entries before they go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.selectors import HeldAccount
from ledger.services import Act, HolderAccount, Line

HOLDER = "member"
# How good a guest someone is, not what they could spend: nobody need give it up.
WORTHLESS = frozenset({AccountKind.GROWTH})

type Refusal = Callable[[str | Promise], DomainError]


@dataclass(frozen=True, slots=True)
class Holding:
    """A member's accounts, locked, with what had expired taken out of them."""

    member_id: int
    accounts: tuple[HeldAccount, ...]


def accounts_of(member_id: int) -> list[HeldAccount]:
    """The accounts of one member, as they now stand."""
    return ledger_selectors.accounts_held(holder_kind=HOLDER, holder_id=member_id)


def money_of(member_id: int) -> int:
    """What a member is owed in money, in minor units: how much an approval is for."""
    return sum(
        account.balance
        for account in accounts_of(member_id)
        if account.is_owed and account.unit_kind == "currency"
    )


def account_ids(*member_ids: int) -> list[int]:
    """The accounts of some members, as they now stand."""
    return [account.pk for pk in member_ids for account in accounts_of(pk)]


def hold_still(member_id: int, *, by: Act, at: datetime) -> Holding:
    """What a member whose accounts are locked holds, with what is due expired."""
    ids = account_ids(member_id)
    if ids:
        ledger_services.expire_lots(
            at=at,
            business_date=by.business_date,
            request_id=by.request_id,
            only=ids,
        )
    return Holding(member_id, tuple(accounts_of(member_id)))


def refuse_what_is_tied(holding: Holding, refused: Refusal) -> None:
    """A booking's money and a frozen account are seen to first, by a person."""
    for account in holding.accounts:
        if account.kind == AccountKind.HELD and account.balance:
            raise refused(
                _("Money is held for a booking. Take it or release it first.")
            )
        if account.status == "frozen":
            raise refused(_("An account is frozen. Look into it and release it first."))


def move_all(
    holding: Holding, *, to_id: int, by: Act, at: datetime, key: str, memo: str
) -> UUID | None:
    """Every lot to the other member's account of the same kind, with its own expiry.

    Debts go along. The emptied accounts are closed, and the other's are their heirs:
    what is reversed later goes there. The entry, if anything moved.
    """
    targets = counterparts(holding.accounts, to_id)
    lines = [
        _moved(account, targets[account.pk], lot)
        for account in holding.accounts
        for lot in ledger_selectors.open_lots(account_id=account.pk)
    ]
    entry_id = None
    if lines:
        entry_id = ledger_services.post_entry(
            kind=EntryKind.TRANSFER, key=key, at=at, act=by, lines=lines, memo=memo
        ).entry_id
    close_all(holding)
    ledger_services.name_heirs(targets)
    return entry_id


def counterparts(accounts: Sequence[HeldAccount], member_id: int) -> dict[int, int]:
    """For each account, the other member's of the same kind."""
    ids = ledger_services.open_accounts(
        [
            HolderAccount(
                kind=AccountKind(account.kind),
                unit_id=account.unit_id,
                holder_kind=HOLDER,
                holder_id=member_id,
                slot=account.slot,
            )
            for account in accounts
        ]
    )
    return dict(zip((account.pk for account in accounts), ids, strict=True))


def give_up(
    holding: Holding, *, by: Act, at: datetime, key: str, memo: str
) -> UUID | None:
    """Everything left becomes the shop's: value to breakage, debts written off by it.

    The emptied accounts are closed. The entry, if anything was left.
    """
    full = [account for account in holding.accounts if account.balance]
    breakage = ledger_services.open_accounts(
        [
            HolderAccount(
                kind=AccountKind.BREAKAGE,
                unit_id=account.unit_id,
                holder_kind="shop",
                slot=account.kind,
            )
            for account in full
        ]
    )
    lines = [
        Line(debit_id=account.pk, credit_id=house, amount=account.balance)
        if account.is_owed
        else Line(debit_id=house, credit_id=account.pk, amount=account.balance)
        for account, house in zip(full, breakage, strict=True)
    ]
    entry_id = None
    if lines:
        entry_id = ledger_services.post_entry(
            kind=EntryKind.ADJUSTMENT,
            key=key,
            at=at,
            act=_in_the_books(by),
            lines=lines,
            memo=memo,
        ).entry_id
    close_all(holding)
    return entry_id


def close_all(holding: Holding) -> None:
    """No entry touches them again."""
    for account in holding.accounts:
        if account.status != "closed":
            ledger_services.set_account_status(account_id=account.pk, status="closed")


def _in_the_books(by: Act) -> Act:
    """Staff act in a store; from the office it is the house that writes.

    The log names the person, under the same request.
    """
    if by.store_id is None and by.staff_id is not None:
        return replace(by, actor="system:members", staff_id=None)
    return by


def _moved(
    account: HeldAccount, target_id: int, lot: ledger_selectors.LotFacts
) -> Line:
    debit, credit = (
        (account.pk, target_id) if account.is_owed else (target_id, account.pk)
    )
    return Line(
        debit_id=debit,
        credit_id=credit,
        amount=lot.remaining,
        expires_at=lot.expires_at,
        lot_id=lot.lot_id,
    )
