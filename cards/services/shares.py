"""Family and company cards: several pay from one wallet, each within limits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from cards import selectors as cards_selectors
from cards.errors import (
    CardNotUsable,
    NothingToReturn,
    ShareLimit,
    ShareNotUsable,
    ShareRefused,
)
from cards.models import Card, ShareDay, ShareUse, WalletShare
from cards.models.kinds import LARGEST
from common.sums import more
from ledger.errors import IdempotencyConflict, InvalidAmount
from ledger.services import Act
from members.models import Member
from stores import services as stores_services

from .steps import check_beneficiary

# One conditional update under the row's lock: two at once cannot both take the rest.
USE: Final = """
UPDATE cards_shareday d SET used = d.used + %(amount)s, allowed = s.per_day
  FROM cards_walletshare s
 WHERE d.share_id = %(share)s AND d.day = %(day)s AND s.id = d.share_id AND s.is_active
   AND (s.per_use IS NULL OR %(amount)s <= s.per_use)
   AND (s.per_day IS NULL OR d.used + %(amount)s <= s.per_day)
"""


# Who stops a share takes its row whole: a use that is under way is before the stop.
STAYS: Final = "SELECT FROM cards_walletshare WHERE id = %s FOR KEY SHARE"
CLAIM: Final = """
INSERT INTO cards_shareuse (share_id, day, key, amount, returned, at)
VALUES (%(share)s, %(day)s, %(key)s, %(amount)s, 0, %(at)s)
ON CONFLICT (key) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Used:
    """Whose wallet pays, and whether this very use was counted before."""

    owner_id: int
    replayed: bool


@transaction.atomic
def save_share(*, share: WalletShare, by: Act, at: datetime) -> WalletShare:
    """Share a wallet with another member or with a card, or change the limits.

    Raises NotAllowed, ShareRefused.
    """
    is_new = share.pk is None
    verb = "cards.add_walletshare" if is_new else "cards.change_walletshare"
    stores_services.require_for(by, verb)
    if is_new:
        share.made_at, share.made_by_id = at, by.staff_id
    try:
        share.full_clean()
    except ValidationError as wrong:
        raise ShareRefused(wrong.messages) from wrong
    _refuse_who_is_gone(share)
    by = check_beneficiary(by, verb, share.owner_id, at, *holders_of(share))
    if not is_new:
        locked_share(share.pk)
    share.save(force_insert=is_new, force_update=not is_new)
    stores_services.record_act(
        name="cards.wallet_shared" if is_new else "cards.share_changed",
        by=by,
        at=at,
        subject=share,
        facts={
            "owner": share.owner_id,
            "per_use": share.per_use,
            "per_day": share.per_day,
            "is_active": share.is_active,
        },
    )
    return share


@transaction.atomic
def end_share(*, share_id: int, by: Act, at: datetime) -> None:
    """Nobody pays from this wallet by this share any more. Harmless twice.

    Raises NotAllowed, ShareNotUsable, BeneficiaryRefused.
    """
    verb = "cards.change_walletshare"
    stores_services.require_for(by, verb)
    share = locked_share(share_id)
    by = check_beneficiary(by, verb, share.owner_id, at, *holders_of(share))
    share.is_active = False
    share.save(update_fields=["is_active"])
    stores_services.record_act(name="cards.share_ended", by=by, at=at, subject=share)


def locked_share(share_id: int) -> WalletShare:
    """A share held whole: a use that is under way is before whatever changes it now,
    and a later one sees that. Raises ShareNotUsable.
    """
    rows = WalletShare.objects.select_for_update(of=("self",))
    share = rows.filter(pk=share_id).first()
    if share is None:
        raise ShareNotUsable
    return share


@transaction.atomic(savepoint=False)
def use_share_step(
    *, share_id: int, amount: int, day: date, at: datetime, key: str
) -> Used:
    """A step of a payment: count an amount (minor units) against the holder's limits.

    `day` is the business day of the sale. The same key again counts nothing. Raises
    ShareNotUsable, CardNotUsable, ShareLimit (with what is left), IdempotencyConflict.
    """
    if not 0 < amount <= LARGEST:
        raise InvalidAmount
    with connection.cursor() as cursor:
        cursor.execute(STAYS, [share_id])
    share = WalletShare.objects.filter(pk=share_id).select_related("card").first()
    if share is None:
        raise ShareNotUsable
    if not _claim(share_id, amount, day, at, key):
        use = ShareUse.objects.get(key=key)
        if (use.share_id, use.amount) != (share_id, amount):
            raise IdempotencyConflict
        return Used(share.owner_id, replayed=True)
    _refuse_unusable(share, at)
    ShareDay.objects.bulk_create(
        [ShareDay(share=share, day=day)], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        cursor.execute(USE, {"share": share_id, "day": day, "amount": amount})
        counted = cursor.rowcount == 1
    if not counted:
        raise ShareLimit(left=left_today(share, day=day))
    return Used(share.owner_id, replayed=False)


@transaction.atomic(savepoint=False)
def return_share_step(*, key: str, amount: int) -> None:
    """A step of a refund: give back part of a use, to the limit of the day it was of.

    Raises NothingToReturn beyond what that use took.
    """
    if not 0 < amount <= LARGEST:
        raise InvalidAmount
    within = ShareUse.objects.filter(key=key, returned__lte=more("amount", -amount))
    if within.update(returned=more("returned", amount)) != 1:
        raise NothingToReturn
    use = ShareUse.objects.get(key=key)
    ShareDay.objects.filter(share_id=use.share_id, day=use.day).update(
        used=more("used", -amount)
    )


def left_today(share: WalletShare, *, day: date) -> int:
    """What the holder may still pay at once on this day; 0 where the share is over."""
    fresh = WalletShare.objects.get(pk=share.pk)
    return left_of(fresh, used=cards_selectors.used_on(fresh, day=day))


def left_of(share: WalletShare, *, used: int) -> int:
    """The same of a share as it stands, after so much was paid on the day."""
    if not share.is_active:
        return 0
    limits = [
        limit
        for limit in (
            share.per_use,
            None if share.per_day is None else max(0, share.per_day - used),
        )
        if limit is not None
    ]
    return min(limits, default=0)


def _claim(share_id: int, amount: int, day: date, at: datetime, key: str) -> bool:
    """The insert claims the key: another that brings it waits, and is told."""
    facts: dict[str, Any] = {
        "share": share_id,
        "amount": amount,
        "day": day,
        "at": at,
        "key": key,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, facts)
        return int(cursor.rowcount) == 1


def holders_of(share: WalletShare) -> list[int | None]:
    """Who pays by it: a member, or whoever has the card."""
    return [share.holder_id, share.card.member_id if share.card else None]


def _refuse_unusable(share: WalletShare, at: datetime) -> None:
    if not share.is_active:
        raise ShareNotUsable
    card = share.card
    if card is not None and not card.is_usable(at):
        raise CardNotUsable(status=card.status)


def _refuse_who_is_gone(share: WalletShare) -> None:
    people = [pk for pk in (share.owner_id, share.holder_id) if pk is not None]
    here = Member.objects.filter(pk__in=people, status=Member.Status.ACTIVE).count()
    dead = share.card is not None and share.card.status != Card.Status.ACTIVE
    if share.is_active and (here != len(people) or dead):
        raise ShareNotUsable
