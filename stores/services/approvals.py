"""The second person: asked for by one, given by another, used once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from common.text import one_line
from stores.errors import (
    AlreadyApproved,
    AmountOutOfRange,
    ApprovalNeeded,
    ApprovalNotUsable,
    BeneficiaryRefused,
    CheckerRefused,
    OwnCardNeedsApprover,
    ReasonMissing,
)
from stores.models import Approval, Shift, Store, User
from stores.selectors import limit_of, user_may

from .audit import act as act_of
from .audit import record_act, require
from .proof import prove

LARGEST = 10**15  # minor units, as in the books
LASTS = timedelta(minutes=15)


@transaction.atomic(durable=True)
def request_approval(
    *,
    act: str,
    maker: User,
    store: Store,
    amount: int,
    reason: str,
    at: datetime,
    subject: str = "",
    beneficiary: User | None = None,
    is_own_card: bool = False,
    shift: Shift | None = None,
    request_id: str = "",
) -> Approval:
    """Ask for a second person, saying for what exactly and why.

    `is_own_card`: the maker is the one who benefits, the shop lets an approver decide
    that, and the approval says so. Raises BeneficiaryRefused otherwise.
    """
    if is_own_card:
        beneficiary = maker
    require(maker, act, store=store)
    if not 0 <= amount <= LARGEST:
        raise AmountOutOfRange(amount=amount)
    if not reason.strip():
        raise ReasonMissing
    if beneficiary is not None and beneficiary.pk == maker.pk and not is_own_card:
        raise BeneficiaryRefused
    approval = Approval.objects.create(
        act=act,
        store=store,
        shift=shift,
        maker=maker,
        beneficiary=beneficiary,
        is_own_card=is_own_card,
        amount=amount,
        reason=one_line(reason, 200),
        subject=subject,
        requested_at=at,
    )
    record_act(
        name="stores.approval_asked",
        by=act_of(staff=maker, store=store, shift=shift, at=at, request_id=request_id),
        at=at,
        subject=approval,
        facts={"act": act, "amount": amount},
    )
    return approval


def approve(
    *,
    approval: Approval,
    checker: User,
    secret: str,
    at: datetime,
    by: User | None = None,
    request_id: str = "",
) -> None:
    """Give an approval, proving oneself by PIN or password: at the maker's screen, or
    at one where `by` is signed in.
    """
    if not _may_check(approval, checker):
        raise CheckerRefused
    signed_in = approval.maker if by is None else by
    prove(user=checker, secret=secret, by=signed_in, at=at, request_id=request_id)
    with transaction.atomic(durable=True):
        waiting = Approval.objects.filter(pk=approval.pk, checker=None)
        if waiting.update(checker=checker, approved_at=at) != 1:
            raise AlreadyApproved
        record_act(
            name="stores.approved",
            by=act_of(
                staff=approval.maker,
                approver=checker,
                store=approval.store,
                at=at,
                request_id=request_id,
            ),
            at=at,
            subject=approval,
            facts={"act": approval.act, "amount": approval.amount},
        )


def approve_beside(
    *,
    act: str,
    maker: User,
    checker: User,
    secret: str,
    store: Store,
    amount: int,
    reason: str,
    at: datetime,
    subject: str = "",
    shift: Shift | None = None,
    request_id: str = "",
    is_own_card: bool = False,
) -> Approval:
    """Ask for a second person who stands beside the maker and gives it at once.

    To be called before the act itself: what was asked and refused stays in the log.
    """
    approval = request_approval(
        act=act,
        maker=maker,
        store=store,
        amount=amount,
        reason=reason,
        at=at,
        subject=subject,
        shift=shift,
        request_id=request_id,
        is_own_card=is_own_card,
    )
    approve(
        approval=approval, checker=checker, secret=secret, at=at, request_id=request_id
    )
    return approval


def alone_or_beside[T](
    run: Callable[[Approval | None], T],
    *,
    maker: User,
    checker: User | None,
    secret: str,
    store: Store,
    reason: str,
    at: datetime,
    subject: str,
    shift: Shift | None = None,
    request_id: str = "",
) -> T:
    """Do it alone within one's limit; above it with the one who stands beside, who
    approves exactly what the limit refused.

    Raises ApprovalNeeded where nobody stands beside, and what approvals and the act
    refuse.
    """
    try:
        return run(None)
    except ApprovalNeeded as needed:
        if checker is None:
            raise
        approval = approve_beside(
            act=str(needed.facts["act"]),
            maker=maker,
            checker=checker,
            secret=secret,
            store=store,
            amount=int(str(needed.facts["amount"])),
            reason=reason,
            at=at,
            subject=subject,
            shift=shift,
            request_id=request_id,
            is_own_card=isinstance(needed, OwnCardNeedsApprover),
        )
        return run(approval)


@transaction.atomic(savepoint=False)
def consume_approval(
    *,
    approval: Approval,
    act: str,
    maker: User,
    amount: int,
    store: Store,
    at: datetime,
    subject: str = "",
    is_own_card: bool = False,
) -> None:
    """A step of the approved act: use the approval, once, for what it was given.

    One that did not say that the card is the maker's own serves for no such act.
    """
    usable = Approval.objects.filter(
        pk=approval.pk,
        act=act,
        maker=maker,
        amount=amount,
        store=store,
        subject=subject,
        is_own_card=is_own_card,
        approved_at__gt=at - LASTS,
        used_at=None,
    )
    if usable.update(used_at=at) != 1:
        raise ApprovalNotUsable


def _may_check(approval: Approval, checker: User) -> bool:
    """Someone else, who gains nothing, may approve here, and whose limit reaches."""
    if checker.pk in (approval.maker_id, approval.beneficiary_id):
        return False
    store, permission = approval.store, "stores.approve"
    if not user_may(checker, permission, store=store):
        return False
    limit = limit_of(checker, approval.act, store=store, permission=permission)
    return limit.covers(approval.amount)
