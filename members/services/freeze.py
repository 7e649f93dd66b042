"""A member freezes what they hold: nothing of it pays until that is lifted.

It is the member's own: what the shop froze (an account in the books) stays as it is,
and no member lifts that.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from ledger.services import Act
from members.errors import SpendingFrozen
from members.models import Member
from stores import services as stores_services

from .access import require_self
from .locks import lock_spending

FREEZE: Final = "members.freeze_spending"
IS_FROZEN: Final = "SELECT members_is_frozen(%s::bigint[])"


@transaction.atomic
def freeze_spending(*, member_id: int, by: Act, at: datetime) -> Member:
    """Stored value, points, coupons and gift cards of this member pay nowhere from here
    on; what is earned still comes. By the member alone. Harmless twice.

    A payment is before it or refused. Raises NotAllowed, MemberNotActive.
    """
    require_self(by, member_id, FREEZE)
    member = lock_spending(member_id)
    if member.spending_frozen_at is None:
        _put(member, at, by=by, at=at, act="members.spending_frozen")
    return member


@transaction.atomic(savepoint=False)
def unfreeze_step(*, member_id: int, by: Act, at: datetime) -> Member:
    """A step: it can be spent again. Whoever calls it has seen to the proof. Harmless
    twice. Raises MemberNotActive.
    """
    member = lock_spending(member_id)
    if member.spending_frozen_at is not None:
        _put(member, None, by=by, at=at, act="members.spending_unfrozen")
    return member


def refuse_frozen_step(*member_ids: int | None) -> None:
    """A step of whatever spends, gives away or pays out what these members hold (none:
    nobody's): they stay as they are until it ends. Raises SpendingFrozen.
    """
    members = [pk for pk in member_ids if pk is not None]
    if not members:
        return
    with connection.cursor() as cursor:
        cursor.execute(IS_FROZEN, [members])
        is_frozen = cursor.fetchone()[0]
    if is_frozen:
        raise SpendingFrozen


def _put(
    member: Member, frozen_at: datetime | None, *, by: Act, at: datetime, act: str
) -> None:
    member.spending_frozen_at = frozen_at
    member.save(update_fields=["spending_frozen_at"])
    stores_services.record_act(name=act, by=by, at=at, subject=member)
