"""Staying within what one may do alone."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from stores.errors import AmountOutOfRange, ApprovalNeeded
from stores.models import Approval, Shift, ShiftUse, User
from stores.selectors import limit_of

from .approvals import LARGEST, consume_approval
from .audit import require


@transaction.atomic(savepoint=False)
def use_limit(
    *,
    staff: User,
    act: str,
    amount: int,
    shift: Shift,
    at: datetime,
    approval: Approval | None = None,
    subject: str = "",
) -> None:
    """A step: use up some of this person's limit for an act, or an approval for it.

    Part of the act's own transaction, so that what is refused later uses up nothing.
    The sum is kept by one conditional update: two at once cannot both take the rest.
    """
    if not 0 <= amount <= LARGEST:
        raise AmountOutOfRange(amount=amount)
    require(staff, act, store=shift.store)
    if approval is not None:
        consume_approval(
            approval=approval,
            act=act,
            maker=staff,
            amount=amount,
            store=shift.store,
            subject=subject,
            at=at,
        )
        return
    limit = limit_of(staff, act, store=shift.store)
    if limit.per_act is not None and amount > limit.per_act:
        raise ApprovalNeeded(act=act, amount=amount, allowed=limit.per_act)
    if limit.per_shift is None:
        return
    ShiftUse.objects.bulk_create(
        [ShiftUse(shift=shift, staff=staff, act=act)], ignore_conflicts=True
    )
    mine = ShiftUse.objects.filter(shift=shift, staff=staff, act=act)
    within = mine.filter(used__lte=limit.per_shift - amount)
    if within.update(used=F("used") + amount) != 1:
        left = max(0, limit.per_shift - mine.get().used)
        raise ApprovalNeeded(act=act, amount=amount, allowed=left)
