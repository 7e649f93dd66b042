"""Principal past its validity where the law keeps it owed: it rests, and can return."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act
from stored_value.errors import NothingLeft
from stored_value.holders import Holder, lock_wallets, open_wallet
from stored_value.models import TopUp
from stored_value.requests import done_before, fingerprint_of
from stored_value.selectors.refunds import current_holder
from stored_value.selectors.wallets import wallet
from stores import services as stores_services

from .doing import require_in_use
from .lots import Portion, moving, portions

TOP_UP = "stored_value.top_up_wallet"


def lapse_principal(*, by: Act, at: datetime, limit: int = 500) -> int:
    """Put to rest what is past its validity and stays owed; how many top-ups.

    It moves to the holder's own resting account, a liability like any other: breakage
    never sees it. Safe to stop anywhere and to run again.
    """
    due = (
        TopUp.objects.filter(
            lapses_at__lte=at,
            entry__postings__lots__is_open=True,
            entry__postings__lots__account__kind=AccountKind.PRINCIPAL,
        )
        .order_by("lapses_at", "pk")
        .distinct()
    )
    return sum(_lapse(row, by, at) for row in due[:limit])


@transaction.atomic
def _lapse(top_up: TopUp, by: Act, at: datetime) -> bool:
    holder = current_holder(top_up)
    accounts = open_wallet(holder)
    lock_wallets([holder])
    left = [
        Portion(heir.lot_id, heir.remaining, None)
        for heir in ledger_lineage.heirs_of(entry_id=top_up.entry_id)
        if heir.is_first and heir.account_id == accounts.principal and heir.remaining
    ]
    if not left:
        return False
    posted = ledger_services.post_entry(
        kind=EntryKind.HOLD,
        key=f"lapse:{top_up.pk}:{sum(portion.amount for portion in left)}:{at:%Y%m%d}",
        at=at,
        act=by,
        lines=moving(
            debit_id=accounts.principal,
            credit_id=accounts.lapsed,
            taken=left,
            keeps_life=False,
        ),
    )
    return not posted.replayed


@transaction.atomic
def reactivate(*, holder: Holder, by: Act, at: datetime, key: str) -> UUID:
    """Give back to the wallet all that rests for its holder, to be spent again.

    Raises NothingLeft.
    """
    request = fingerprint_of("reactivate", holder.kind, holder.id)
    accounts = open_wallet(holder)
    lock_wallets([holder])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return done
    require_in_use(holder)
    by = stores_services.use_limit(
        by=by, act=TOP_UP, amount=0, at=at, members=[holder.member_id]
    )
    rests = wallet(holder=holder, at=at).lapsed
    if not rests:
        raise NothingLeft
    posted = ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key=key,
        at=at,
        act=by,
        lines=moving(
            debit_id=accounts.lapsed,
            credit_id=accounts.principal,
            taken=portions(account_id=accounts.lapsed, amount=rests, at=at),
            keeps_life=False,
        ),
        fingerprint=request,
    )
    stores_services.record_act(
        name="stored_value.reactivated",
        by=by,
        at=at,
        facts={"entry": str(posted.entry_id), "amount": rests},
    )
    return posted.entry_id
