"""Opening, freezing and closing accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from common import money
from ledger.errors import InvalidEntry
from ledger.kinds import AccountKind
from ledger.models import Account, Unit
from ledger.services.refusals import typed_refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAccount:
    """An account by what it is: what it holds, in which unit, for whom.

    `holder_kind` is a word of the app that owns the holder (`member`, `gift_card`,
    `store`, `partner`, `shop`), `slot` tells apart what one holder has several of
    (a tender, a stamp programme).
    """

    kind: AccountKind
    unit_id: int
    holder_kind: str
    holder_id: int | None = None
    slot: str = ""


def open_unit(
    *, code: str, kind: str = Unit.Kind.CURRENCY, exponent: int | None = None
) -> int:
    """Find or add a unit of account; its id. A unit never changes afterwards.

    A currency has the decimals that amounts are read and written with. Raises
    InvalidEntry where the code already stands for something else.
    """
    if exponent is None:
        exponent = money.decimals(code)
    with typed_refusals(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_open_unit(%s, %s, %s::smallint)", [code, str(kind), exponent]
        )
        unit_id = int(cursor.fetchone()[0])
    found = Unit.objects.filter(pk=unit_id, kind=kind).first()
    is_same = found is not None and (
        money.fits_books(code, exponent=found.exponent)
        if kind == Unit.Kind.CURRENCY
        else found.exponent == exponent
    )
    if not is_same:
        raise InvalidEntry(rule="ledger_unit_never_changes")
    return unit_id


def open_accounts(wanted: Sequence[HolderAccount]) -> list[int]:
    """Find or open accounts, many in one statement; their ids, in the order asked."""
    with typed_refusals(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM ledger_open_accounts"
            "(%s::text[], %s::smallint[], %s::text[], %s::bigint[], %s::text[])",
            [
                [str(account.kind) for account in wanted],
                [account.unit_id for account in wanted],
                [account.holder_kind for account in wanted],
                [account.holder_id for account in wanted],
                [account.slot for account in wanted],
            ],
        )
        return [row[0] for row in cursor.fetchall()]


def open_account(wanted: HolderAccount) -> int:
    """Find or open one account; its id."""
    return open_accounts([wanted])[0]


def lock_accounts(account_ids: Sequence[int]) -> dict[int, int]:
    """Lock holders' accounts until the transaction ends; the balance of each.

    To be called before deciding by what they hold, with all of them at once: they are
    locked in one order everywhere. House accounts are passed over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, balance FROM ledger_lock_accounts(%s::bigint[])",
            [list(account_ids)],
        )
        return dict(cursor.fetchall())


def prolong_lots(*, account_id: int, at: datetime, until: datetime) -> int:
    """Let what an account still holds at `at` live until a later moment; how many lots.

    Never shorter, and what has expired stays so: it comes back by an entry of the kind
    REVIVAL. Raises UnknownAccount, AccountClosed.
    """
    with typed_refusals(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_prolong_lots(%s, %s, %s)", [account_id, at, until]
        )
        return int(cursor.fetchone()[0])


def set_account_status(*, account_id: int, status: str) -> None:
    """Freeze, release or close an account.

    Raises AccountNotEmpty for closing one that still holds something, AccountClosed
    for reopening a closed one, UnknownAccount.
    """
    if status not in Account.Status.values:
        raise InvalidEntry(rule="ledger_account_status_is_known")
    with typed_refusals(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_set_account_status(%s, %s)", [account_id, status])


def name_heirs(heirs: Mapping[int, int]) -> None:
    """Say whose the value of closed accounts is now: what is reversed later goes there.

    Named once, for an account of the same kind; a closed one inherits nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_name_heirs(%s::bigint[], %s::bigint[])",
            [list(heirs), list(heirs.values())],
        )
