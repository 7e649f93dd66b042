"""From one member to another: principal only, where the shop allows it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.text import one_line
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act
from members import services as members_services
from stored_value.errors import (
    AmountRefused,
    HoldsTooMuch,
    NotEnough,
    TransferForbidden,
    TransferToOneself,
)
from stored_value.holders import Holder, lock_wallets, open_wallet
from stored_value.requests import done_before, fingerprint_of
from stored_value.selectors.wallets import terms_at, wallet
from stores import services as stores_services
from stores.models import Approval

from .doing import refuse_own, require_in_use
from .lots import moving, portions
from .spend import LARGEST

TRANSFER = "stored_value.transfer_value"


@transaction.atomic
def transfer(
    *,
    giver: Holder,
    taker: Holder,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    reason: str = "",
    approval: Approval | None = None,
) -> UUID:
    """Give principal to somebody else, lot by lot, each with the life it had.

    A bonus is never given on. Raises TransferForbidden, NotEnough, HoldsTooMuch.
    """
    if not 0 < amount <= LARGEST:
        raise AmountRefused
    if giver == taker:
        raise TransferToOneself
    request = fingerprint_of(
        "transfer", giver.kind, giver.id, taker.kind, taker.id, amount
    )
    source, target = open_wallet(giver), open_wallet(taker)
    balances = lock_wallets([giver, taker])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return done
    require_in_use(giver)
    require_in_use(taker)
    members_services.refuse_frozen_step(giver.member_id)
    refuse_own(by, [giver, taker])
    terms = terms_at(at)
    if not terms.policy.may_transfer:
        raise TransferForbidden
    left = wallet(holder=giver, at=at).principal
    if amount > left:
        raise NotEnough(short_by=amount - left)
    most = terms.most_held(is_bearer=taker.is_bearer)
    held = balances.get(target.principal, 0) + balances.get(target.held, 0)
    if most is not None and held + amount > most:
        raise HoldsTooMuch(most=most)
    by = stores_services.use_limit(
        by=by,
        act=TRANSFER,
        amount=amount,
        at=at,
        approval=approval,
        subject=f"{giver.kind}:{giver.id}",
        members=[giver.member_id, taker.member_id],
    )
    posted = ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key=key,
        at=at,
        act=by,
        lines=moving(
            debit_id=source.principal,
            credit_id=target.principal,
            taken=portions(account_id=source.principal, amount=amount, at=at),
            keeps_life=True,
        ),
        memo=one_line(reason, 200),
        fingerprint=request,
    )
    stores_services.record_act(
        name=TRANSFER,
        by=by,
        at=at,
        facts={"entry": str(posted.entry_id), "amount": amount},
    )
    return posted.entry_id
