"""Closing a wallet: principal is paid out, the bonus is forfeited, nothing follows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.text import one_line
from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, Line
from members import services as members_services
from stored_value.errors import HoldsOpen
from stored_value.holders import Holder, lock_wallets, open_store_account, open_wallet
from stored_value.models import Hold
from stored_value.requests import done_before, fingerprint_of
from stored_value.selectors.wallets import Holdings, terms_at, wallet
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.models import Approval

from .doing import refuse_own, require_payout

CLOSE = "stored_value.close_wallet"


@dataclass(frozen=True, slots=True)
class Closing:
    """What a closing paid out and forfeited, in minor units; empty: no entry."""

    entry_id: UUID | None
    paid_out: int
    bonus_forfeited: int


@transaction.atomic
def close_wallet(
    *,
    holder: Holder,
    tender: str,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> Closing:
    """Pay out all principal, forfeit the bonus by an entry, and close the accounts.

    What rests after its validity is paid out too: it stayed owed. Nothing is ever
    posted to the wallet afterwards. Raises HoldsOpen, CashOutTooLarge, and what limits
    and the books refuse.
    """
    reason = one_line(reason, 200)
    if not reason or "\x00" in reason:
        raise ReasonMissing
    accounts = open_wallet(holder)
    request = fingerprint_of("close_wallet", holder.kind, holder.id, tender)
    lock_wallets([holder])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return _as_closed(done)
    refuse_own(by, [holder])
    members_services.refuse_frozen_step(holder.member_id)
    if Hold.objects.filter(**holder.row, status=Hold.Status.OPEN).exists():
        raise HoldsOpen
    # What has expired already is not paid out, and must not keep the accounts open.
    ledger_services.expire_lots(
        at=at,
        business_date=by.business_date,
        request_id=by.request_id,
        only=[accounts.principal, accounts.bonus],
    )
    held = wallet(holder=holder, at=at)
    due = held.principal + held.lapsed
    require_payout(terms_at(at), tender, due)
    by = stores_services.use_limit(
        by=by,
        act=CLOSE,
        amount=due,
        at=at,
        approval=approval,
        subject=f"{holder.kind}:{holder.id}",
        members=[holder.member_id],
    )
    lines = _lines(held, tender, by)
    entry_id = None
    if lines:
        entry_id = ledger_services.post_entry(
            kind=EntryKind.PAYOUT,
            key=key,
            at=at,
            act=by,
            lines=lines,
            memo=reason,
            fingerprint=request,
        ).entry_id
    for account_id in (
        accounts.principal,
        accounts.bonus,
        accounts.held,
        accounts.lapsed,
    ):
        ledger_services.set_account_status(account_id=account_id, status="closed")
    stores_services.record_act(
        name=CLOSE,
        by=by,
        at=at,
        facts={
            "holder": f"{holder.kind}:{holder.id}",
            "paid_out": due,
            "bonus": held.bonus,
            "reason": reason,
        },
    )
    return Closing(entry_id, due, held.bonus)


def _as_closed(entry_id: UUID) -> Closing:
    """What a closing did, for every replay."""
    postings = ledger_lineage.postings_of(entry_id=entry_id)
    forfeited = sum(
        row.amount for row in postings if row.debit_kind == AccountKind.BONUS
    )
    return Closing(entry_id, sum(row.amount for row in postings) - forfeited, forfeited)


def _lines(held: Holdings, tender: str, by: Act) -> list[Line]:
    paying = open_store_account(AccountKind.TENDER, by.store_id, tender)
    forfeits = open_store_account(AccountKind.BREAKAGE, None, AccountKind.BONUS)
    wanted = (
        (held.accounts.principal, paying, held.principal),
        (held.accounts.lapsed, paying, held.lapsed),
        (held.accounts.bonus, forfeits, held.bonus),
    )
    return [
        Line(debit_id=debit, credit_id=credit, amount=amount)
        for debit, credit, amount in wanted
        if amount
    ]
