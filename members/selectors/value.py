"""What a member holds, held at any time, and why."""

from dataclasses import dataclass
from datetime import datetime

from ledger import selectors as ledger_selectors
from ledger.selectors import HeldAccount, LotStory

HOLDER = "member"
LOTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Explained:
    """One account and every lot that made its balance what it is."""

    account: HeldAccount
    lots: list[LotStory]

    @property
    def adds_up(self) -> bool:
        """Whether what is left of the lots is the balance (all lots being shown)."""
        return sum(lot.remaining for lot in self.lots) == self.account.balance


def balances_at(member_id: int, at: datetime) -> dict[int, int]:
    """What each account of a member held at a past moment, as the books then stood."""
    return {
        account.pk: ledger_selectors.balance_at(account_id=account.pk, at=at)
        for account in _accounts(member_id)
    }


def usable_at(member_id: int, at: datetime) -> dict[int, int]:
    """What may be spent of each account: without what has expired unswept."""
    return {
        account.pk: ledger_selectors.usable_balance(account_id=account.pk, at=at)
        for account in _accounts(member_id)
    }


def explain(member_id: int, *, limit: int = LOTS_SHOWN) -> list[Explained]:
    """A member's balances, account by account and lot by lot, the newest lot first.

    What came in, when and by which entry; what was taken or given back by which; what
    is left and until when.
    """
    accounts = _accounts(member_id)
    return [
        Explained(
            account,
            ledger_selectors.lot_stories(account_ids=[account.pk], limit=limit),
        )
        for account in accounts
    ]


def _accounts(member_id: int) -> list[HeldAccount]:
    return ledger_selectors.accounts_held(holder_kind=HOLDER, holder_id=member_id)
