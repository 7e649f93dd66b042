"""What a wallet holds, at any moment, and lot by lot."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from cards import selectors as cards_selectors
from ledger import lineage as ledger_lineage
from ledger import selectors as ledger_selectors
from ledger.kinds import AccountKind, EntryKind
from policies import selectors as policies_selectors
from stored_value.holders import Holder, WalletAccounts, open_wallet
from stored_value.models import PaymentCode, TopUp, WalletPolicy
from stored_value.terms import WalletTerms


@dataclass(frozen=True, slots=True)
class Holdings:
    """What may be spent from a wallet, in minor units, and what rests beside it."""

    accounts: WalletAccounts
    principal: int
    bonus: int
    held: int
    lapsed: int

    @property
    def usable(self) -> int:
        """Principal and bonus together."""
        return self.principal + self.bonus


@dataclass(frozen=True, slots=True)
class HeldLot:
    """One lot of a wallet: where it came from, what is left, until when."""

    lot_id: int
    kind: str
    initial: int
    remaining: int
    expires_at: datetime | None
    is_usable: bool
    entry_id: UUID
    entry_kind: str


def terms_at(at: datetime) -> WalletTerms:
    """The shop's rules and the country's law at a moment."""
    return WalletTerms(
        policies_selectors.in_force(WalletPolicy, at=at),
        policies_selectors.profile(at=at),
    )


def code_asked_above(*, at: datetime) -> int:
    """Above which amount (minor units) a member's own code is asked for: the stricter
    of what stored value and cards ask.
    """
    return min(terms_at(at).policy.code_from, cards_selectors.code_above(at=at))


def wallet(*, holder: Holder, at: datetime) -> Holdings:
    """What may be spent now: what has expired, swept or not, counts for nothing."""
    accounts = open_wallet(holder)
    principal, bonus, held, lapsed = (
        ledger_selectors.usable_balance(account_id=account_id, at=at)
        for account_id in (
            accounts.principal,
            accounts.bonus,
            accounts.held,
            accounts.lapsed,
        )
    )
    return Holdings(accounts, principal, bonus, held, lapsed)


def held_at(*, holder: Holder, at: datetime) -> Holdings:
    """What a wallet held at a past moment, as the books then stood."""
    accounts = open_wallet(holder)
    principal, bonus, held, lapsed = (
        ledger_selectors.balance_at(account_id=account_id, at=at)
        for account_id in (
            accounts.principal,
            accounts.bonus,
            accounts.held,
            accounts.lapsed,
        )
    )
    return Holdings(accounts, principal, bonus, held, lapsed)


def explained(*, holder: Holder, at: datetime) -> list[HeldLot]:
    """The balance lot by lot, in the order in which it would be spent."""
    accounts = open_wallet(holder)
    lots = [
        (kind, lot)
        for kind in (AccountKind.PRINCIPAL, AccountKind.BONUS)
        for lot in ledger_selectors.open_lots(account_id=accounts.of(kind))
    ]
    made = {
        posting.posting_id: posting
        for posting in ledger_lineage.postings_that_made(
            [lot.lot_id for _, lot in lots]
        )
    }
    return [
        HeldLot(
            lot.lot_id,
            kind,
            lot.initial,
            lot.remaining,
            lot.expires_at,
            lot.usable(at) > 0,
            made[lot.posting_id].entry_id,
            made[lot.posting_id].entry_kind,
        )
        for kind, lot in lots
    ]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment from a wallet, as the choice of a form shows it."""

    entry_id: UUID
    at: datetime
    amount: int
    store_id: int | None


def payments_of(*, holder: Holder, limit: int = 20) -> list[Payment]:
    """The latest payments from a wallet, principal and bonus together."""
    accounts = open_wallet(holder)
    found: dict[UUID, Payment] = {}
    for account_id in (accounts.principal, accounts.bonus, accounts.held):
        for move in ledger_selectors.statement(account_id=account_id, limit=limit * 3):
            if move.kind == EntryKind.SALE:
                before = found.get(move.entry_id)
                amount = -move.change + (before.amount if before else 0)
                found[move.entry_id] = Payment(
                    move.entry_id, move.occurred_at, amount, move.store_id
                )
    latest = sorted(found.values(), key=lambda payment: payment.at, reverse=True)
    return latest[:limit]


def top_ups_of(*, holder: Holder) -> QuerySet[TopUp]:
    """A wallet's top-ups, newest first, with what a list shows."""
    return (
        TopUp.objects.filter(**holder.row)
        .select_related("store", "staff", "plan_version__plan", "policy")
        .order_by("-at", "-pk")
    )


def owed_to_members() -> dict[str, int]:
    """Stored value that the house owes its members and bearers now, in minor units.

    By kind, as the ledger's own report of liabilities has it; what rests after its
    validity is in `held`, for it stays owed.
    """
    kinds = (AccountKind.PRINCIPAL, AccountKind.BONUS, AccountKind.HELD)
    owed = {str(kind): 0 for kind in kinds}
    for row in ledger_selectors.liabilities():
        if row["unit"] == settings.CURRENCY and row["kind"] in owed:
            owed[row["kind"]] += row["total"]
    return owed


def has_payment_code(member_id: int) -> bool:
    """Whether the member set one."""
    return PaymentCode.objects.filter(member_id=member_id).exists()
