"""Who may do it: asked of the person behind an act; tasks and members have no role."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, models, transaction

from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members.models import Member
from points.errors import MemberNotActive
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import ApprovalNeeded, NotAllowed
from stores.models import Approval, Store, User

LARGEST = 10**12  # points at one go: beyond any shop


def may(by: Act, permission: str) -> None:
    """Refuse a person who may not do this at the act's store (none: everywhere)."""
    if by.staff_id is None:
        return
    user, store = User.objects.get(pk=by.staff_id), store_of(by)
    allowed = (
        stores_selectors.user_may_everywhere(user, permission)
        if store is None
        else stores_selectors.user_may(user, permission, store=store)
    )
    if not allowed:
        raise NotAllowed(permission=permission)


def store_of(by: Act) -> Store | None:
    """Where it is done; None for what happens at no store."""
    return None if by.store_id is None else Store.objects.get(pk=by.store_id)


def active_member(member_id: int) -> Member:
    """The member, who must be active. Raises MemberNotActive."""
    member = Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).first()
    if member is None:
        raise MemberNotActive
    return member


def active_members(member_ids: Collection[int]) -> None:
    """All of them must be active. Raises MemberNotActive."""
    active = Member.objects.filter(pk__in=member_ids, status=Member.Status.ACTIVE)
    if active.count() != len(member_ids):
        raise MemberNotActive


def use_limit(
    by: Act,
    act: str,
    *,
    amount: int,
    at: datetime,
    subject: str,
    approval: Approval | None,
    member_id: int | None = None,
) -> Act:
    """At a till, what one may do alone; above it, and elsewhere, a second person.

    An approval is used up for exactly this amount and subject; the act that comes back
    names who gave it. Raises ApprovalNeeded.
    """
    if by.staff_id is not None and by.shift_id is None and approval is None:
        raise ApprovalNeeded(act=act, amount=amount, allowed=0)
    return stores_services.use_limit(
        by=by,
        act=act,
        amount=amount,
        at=at,
        approval=approval,
        subject=subject,
        members=[member_id],
    )


def check_beneficiary(
    by: Act, act: str, *, member_id: int | None, at: datetime, amount: int = 0
) -> Act:
    """A step: staff at their own card are refused by the policy; it is listed."""
    return stores_services.check_beneficiary(
        by=by,
        act=act,
        amount=amount,
        members=[member_id],
        subject=f"member:{member_id}",
        at=at,
    )


def fingerprint(*request: object) -> bytes:
    """What was asked, so that the same key never stands for something else."""
    return hashlib.sha256(json.dumps(request, default=str).encode()).digest()


def first_answer[M: models.Model](model: type[M], key: str, asked: bytes) -> M | None:
    """What this key did before. Raises IdempotencyConflict for another request."""
    row = model._default_manager.filter(key=key).first()
    if row is not None and bytes(row.fingerprint) != asked:  # type: ignore[attr-defined]  # every such table has one
        raise IdempotencyConflict
    return row


def first_answers[M: models.Model](
    model: type[M], asked: Mapping[str, bytes]
) -> set[str]:
    """Which of these keys did something before. Raises IdempotencyConflict where one
    was another request.
    """
    had = dict(
        model._default_manager.filter(key__in=asked).values_list("key", "fingerprint")
    )
    if any(bytes(done) != asked[key] for key, done in had.items()):
        raise IdempotencyConflict
    return set(had)


def write_once[M: models.Model](make: Callable[[], M]) -> M:
    """Add a row under its key; one that came first under the same key wins."""
    try:
        with transaction.atomic():
            return make()
    except IntegrityError as taken:
        raise IdempotencyConflict from taken
