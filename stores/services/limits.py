"""Staying within what one may do alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from common.sums import more
from ledger import services as ledger_services
from stores.errors import AmountOutOfRange, ApprovalNeeded, ApprovalNotUsable
from stores.models import Approval, ShiftUse, Store, User
from stores.selectors import limit_of

from .approvals import LARGEST, consume_approval
from .audit import require
from .beneficiaries import approver_of, find_beneficiaries, list_acts


@transaction.atomic(savepoint=False)
def use_limit(
    *,
    by: ledger_services.Act,
    act: str,
    amount: int,
    at: datetime,
    approval: Approval | None = None,
    subject: str = "",
    members: Iterable[int | None] = (),
) -> ledger_services.Act:
    """A step: use up some of a person's limit for an act, or an approval for it.

    `members` are those to or from whom value moves by it: an act at one's own card is
    refused or needs an approver, and one at a colleague's is listed.

    Part of the act's own transaction, so that what is refused later uses up nothing.
    The sum is that of the shift, and at a desk without one that of the business day at
    the store. It is kept by one conditional update: two at once cannot both take the
    rest. Programs, members and tasks have no limit: whoever let them in answers for
    them. The act that comes back names whoever approved it, so that the books do.
    Raises NotAllowed, AmountOutOfRange, ApprovalNeeded, ApprovalNotUsable,
    BeneficiaryRefused, OwnCardNeedsApprover.
    """
    touched = find_beneficiaries(
        by=by, act=act, amount=amount, members=members, at=at, approval=approval
    )
    by = _within_limit(
        by, act, amount, at, approval, subject, is_own_card=touched.is_own
    )
    list_acts(touched, act=act, amount=amount, subject=subject, by=by, at=at)
    return by


def _within_limit(
    by: ledger_services.Act,
    act: str,
    amount: int,
    at: datetime,
    approval: Approval | None,
    subject: str,
    *,
    is_own_card: bool,
) -> ledger_services.Act:
    if by.staff_id is None:
        return by
    if not 0 <= amount <= LARGEST:
        raise AmountOutOfRange(amount=amount)
    staff = User.objects.get(pk=by.staff_id)
    store = None if by.store_id is None else Store.objects.get(pk=by.store_id)
    require(staff, act, store=store)
    if approval is not None:
        if store is None:
            raise ApprovalNotUsable
        consume_approval(
            approval=approval,
            act=act,
            maker=staff,
            amount=amount,
            store=store,
            subject=subject,
            at=at,
            is_own_card=is_own_card,
        )
        return replace(by, approver_id=approver_of(approval))
    limit = limit_of(staff, act, store=store)
    # Whose limit is nothing never does it alone, not even what costs nothing.
    if limit.per_act is not None and (amount > limit.per_act or limit.per_act == 0):
        raise ApprovalNeeded(act=act, amount=amount, allowed=limit.per_act)
    if limit.per_shift is None or not amount:
        return by
    held = {"staff": staff, "act": act, **_where(by)}
    ShiftUse.objects.bulk_create([ShiftUse(**held)], ignore_conflicts=True)
    mine = ShiftUse.objects.filter(**held)
    within = mine.filter(used__lte=limit.per_shift - amount)
    if within.update(used=more("used", amount)) != 1:
        left = max(0, limit.per_shift - mine.get().used)
        raise ApprovalNeeded(act=act, amount=amount, allowed=left)
    return by


def _where(by: ledger_services.Act) -> dict[str, Any]:
    """Over what the sum is kept: a shift, or a day at a store."""
    if by.shift_id is not None:
        return {"shift_id": by.shift_id, "store_id": None, "business_date": None}
    day = by.business_date
    return {"shift_id": None, "store_id": by.store_id, "business_date": day}
