"""Whom an act benefits: nobody gives to, or takes from, their own card alone.

The layer above knows whose member card belongs to whom of the staff, and what the shop
allows; it registers here. Every command that moves value for a member comes past
`check_beneficiary`, mostly by way of `use_limit`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.db import transaction

from ledger.services import Act
from stores.errors import (
    ApprovalNotUsable,
    BeneficiaryRefused,
    OwnCardNeedsApprover,
)
from stores.models import Approval, Store, User

from .approvals import consume_approval

MEMBER = "member"  # as the books name such a holder

# A member at their own account and a task at everybody's are no colleague at work.
NOBODY_AT_WORK = ("member:", "system:")


class Leave(StrEnum):
    """What a shop lets staff do at their own card."""

    REFUSE = "refuse"
    APPROVER = "approver"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Someone of the staff, and the member that they are."""

    staff_id: int
    member_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAct:
    """An act that touches the card of someone of the staff, for the list."""

    beneficiary: Beneficiary
    act: str
    amount: int
    subject: str
    by: Act
    at: datetime


class StaffCards(Protocol):
    """What the members app knows and keeps about the cards of staff."""

    def beneficiaries(self, member_ids: Collection[int]) -> list[Beneficiary]:
        """Who of the staff these members are, or were before a merge."""
        ...

    def leave(self, act: str, *, at: datetime) -> Leave:
        """What the policy in force says of this act at one's own card."""
        ...

    def record(self, done: CardAct) -> None:
        """A step: write it into the list of acts at colleagues' own cards."""
        ...


type MembersOf = Callable[[Collection[int]], Iterable[int | None]]

_staff_cards: list[StaffCards] = []
_members_of: dict[str, MembersOf] = {MEMBER: lambda member_ids: member_ids}


def register_staff_cards(known: StaffCards) -> None:
    """Called by an app's `ready`; the last one counts."""
    _staff_cards[:] = [known]


def register_holder(kind: str, members_of: MembersOf) -> None:
    """Called by an app's `ready`: whose the things are that hold value by this name."""
    _members_of[kind] = members_of


def members_behind(holders: Iterable[tuple[str, int | None]]) -> set[int]:
    """The members to whom the value of these holders (kind, id) belongs."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, holder_id in holders:
        if holder_id is not None and kind in _members_of:
            by_kind[kind].add(holder_id)
    found = (_members_of[kind](ids) for kind, ids in by_kind.items())
    return {pk for members in found for pk in members if pk is not None}


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose of the staff an act touches, and what it is."""

    beneficiaries: tuple[Beneficiary, ...]
    is_own: bool


def find_beneficiaries(
    *,
    by: Act,
    act: str,
    amount: int,
    members: Iterable[int | None],
    at: datetime,
    approval: Approval | None = None,
    asks: bool = True,
) -> Touched:
    """Who of the staff an act touches, before it is done.

    Without an approval, one's own card raises OwnCardNeedsApprover where the shop lets
    an approver decide and the command takes one (`asks`), and BeneficiaryRefused where
    it does not. Whoever approves must be none of them. Reads only.
    """
    member_ids = {pk for pk in members if pk is not None}
    if not member_ids or not _staff_cards or by.actor.startswith(NOBODY_AT_WORK):
        return Touched((), is_own=False)
    found = tuple(_staff_cards[0].beneficiaries(member_ids))
    staff = {one.staff_id for one in found}
    if not staff.isdisjoint(_approvers(by, approval)):
        raise BeneficiaryRefused
    is_own = by.staff_id in staff
    if is_own:
        leave = _staff_cards[0].leave(act, at=at)
        if leave == Leave.REFUSE:
            raise BeneficiaryRefused
        if leave == Leave.APPROVER and approval is None and by.approver_id is None:
            if not asks:
                raise BeneficiaryRefused
            raise OwnCardNeedsApprover(act=act, amount=amount)
    return Touched(found, is_own=is_own)


@transaction.atomic(savepoint=False)
def check_beneficiary(
    *,
    by: Act,
    act: str,
    members: Iterable[int | None],
    at: datetime,
    amount: int = 0,
    approval: Approval | None = None,
    subject: str = "",
    asks: bool = False,
) -> Act:
    """A step of a command without a limit: refuse one's own card, or use up the
    approval for it, and list the act. The act that comes back names the approver.

    Raises BeneficiaryRefused, OwnCardNeedsApprover, ApprovalNotUsable.
    """
    touched = find_beneficiaries(
        by=by,
        act=act,
        amount=amount,
        members=members,
        at=at,
        approval=approval,
        asks=asks,
    )
    if approval is not None and touched.is_own:
        if by.staff_id is None or by.store_id is None:
            raise ApprovalNotUsable
        consume_approval(
            approval=approval,
            act=act,
            maker=User.objects.get(pk=by.staff_id),
            amount=amount,
            store=Store.objects.get(pk=by.store_id),
            subject=subject,
            at=at,
            is_own_card=True,
        )
        by = replace(by, approver_id=approver_of(approval))
    list_acts(touched, act=act, amount=amount, subject=subject, by=by, at=at)
    return by


def list_acts(
    touched: Touched, *, act: str, amount: int, subject: str, by: Act, at: datetime
) -> None:
    """A step: each card of the staff that an act touches comes into the list."""
    for one in touched.beneficiaries:
        _staff_cards[0].record(
            CardAct(
                beneficiary=one, act=act, amount=amount, subject=subject, by=by, at=at
            )
        )


def approver_of(approval: Approval) -> int | None:
    """Asked anew: the row in hand may be from before it was approved."""
    checker = Approval.objects.filter(pk=approval.pk)
    return checker.values_list("checker_id", flat=True).get()


def _approvers(by: Act, approval: Approval | None) -> set[int]:
    known = {by.approver_id, approver_of(approval) if approval is not None else None}
    return {pk for pk in known if pk is not None}
