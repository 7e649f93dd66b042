"""Why the books refuse; every refusal leaves them as they were."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class LedgerError(DomainError):
    """A refusal of the books."""


class InsufficientFunds(LedgerError):
    """The account holds less than asked, or what it holds has expired."""

    def __init__(self, *, account: int, short_by: int) -> None:
        super().__init__(
            "insufficient_funds",
            _("There is not enough left to pay this."),
            account=account,
            short_by=short_by,
        )
        self.account = account
        self.short_by = short_by


class IdempotencyConflict(LedgerError):
    """The key was already used for something else."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused",
            _("This request was already sent with other contents. Start again."),
        )


class AccountClosed(LedgerError):
    """A closed account takes part in nothing."""

    def __init__(self, *, account: int | None = None) -> None:
        super().__init__(
            "account_closed", _("This account is closed."), account=account
        )


class AccountFrozen(LedgerError):
    """Nothing is taken from a frozen account without a second person."""

    def __init__(self, *, account: int | None = None) -> None:
        super().__init__(
            "account_frozen",
            _("This account is frozen. A manager can release it."),
            account=account,
        )


class AccountNotEmpty(LedgerError):
    """Only an empty account can be closed."""

    def __init__(self, *, account: int, balance: int) -> None:
        super().__init__(
            "account_not_empty",
            _("This account still holds something and cannot be closed."),
            account=account,
            balance=balance,
        )


class OverReversal(LedgerError):
    """More was to be taken back than is left of the entry."""

    def __init__(self, *, left: int, posting: int | None = None) -> None:
        super().__init__(
            "over_reversal",
            _("This is more than is left to take back."),
            left=left,
            posting=posting,
        )
        self.left = left


class NotReversible(LedgerError):
    """Reversals and expiries are not reversed; they are posted anew."""

    def __init__(self, *, kind: str) -> None:
        super().__init__(
            "not_reversible", _("This kind of entry cannot be reversed."), kind=kind
        )


class UnknownAccount(LedgerError):
    """An account or entry that is not in the books."""

    def __init__(self, *, account: int | None = None) -> None:
        super().__init__(
            "unknown_account", _("This is not in the books."), account=account
        )


class UnitMismatch(LedgerError):
    """Value never moves between two units."""

    def __init__(self) -> None:
        super().__init__(
            "unit_mismatch", _("Money and points cannot be moved into each other.")
        )


class InvalidEntry(LedgerError):
    """The entry breaks a rule of the books, named by its constraint."""

    def __init__(self, *, rule: str) -> None:
        super().__init__(
            "invalid_entry", _("The books do not accept this entry."), rule=rule
        )


class UndoneElsewhere(LedgerError):
    """A part of a sale is given back by refunding the sale."""

    def __init__(self) -> None:
        super().__init__(
            "undone_elsewhere", _("This is part of a sale: refund the sale instead.")
        )


class InvalidAmount(LedgerError):
    """Amounts are positive whole numbers, and not astronomically large."""

    def __init__(self) -> None:
        super().__init__(
            "invalid_amount", _("The amount must be above zero and not so large.")
        )


class ShiftNotOpen(LedgerError):
    """An entry belongs to a shift only until it is closed and counted."""

    def __init__(self) -> None:
        super().__init__(
            "shift_not_open", _("This shift is closed. Open a new one to go on.")
        )
