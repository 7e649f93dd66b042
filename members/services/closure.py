"""A member goes by themselves: money first, then what else they held ends with them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from common.money import format_amount
from ledger.kinds import AccountKind
from ledger.services import Act
from members import selectors as members_selectors
from members.errors import ClosureStoreRefused, HoldingsChanged, MoneyFirst
from members.models import ClosureRequest
from members.parts import ClosureShare, HoldsMoney, OwnMoney, all_parts
from stores import services as stores_services
from stores.models import Store

from . import value
from .access import require_self
from .erase import ERASE, erase_step
from .freeze import refuse_frozen_step
from .locks import lock_member, soon

# What members paid in is theirs, whatever else ends.
PRINCIPAL: Final = frozenset({AccountKind.PRINCIPAL, AccountKind.HELD})


@dataclass(frozen=True, slots=True)
class Closure:
    """What a member holds who wants to go; `principal` in minor units."""

    principal: int
    money: tuple[OwnMoney, ...]
    ended: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """By which it is known that what was agreed to is what is there."""
        told = [[one.words for one in self.money], self.ended]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def closure_of(*, member_id: int, at: datetime) -> Closure:
    """What is the member's own money, and what ends when they go; all of it in words.

    What has expired counts for nothing, swept or not.
    """
    usable = members_selectors.usable_at(member_id, at)
    held = [
        (account, usable[account.pk])
        for account in value.accounts_of(member_id)
        if account.is_owed
        and usable[account.pk]
        and account.kind not in value.WORTHLESS
    ]
    principal = sum(amount for account, amount in held if account.kind in PRINCIPAL)
    money = [
        OwnMoney(
            f"{format_amount(amount, account.unit)} ({_kind(account.kind)})",
            _("A store pays it out."),
        )
        for account, amount in held
        if account.kind in PRINCIPAL
    ]
    ended = [
        f"{format_amount(amount, account.unit)} ({_kind(account.kind)})"
        for account, amount in held
        if account.kind not in PRINCIPAL
    ]
    for share in _shares(member_id, at):
        money += share.money
        ended += share.ended
    return Closure(principal, tuple(money), tuple(ended))


@transaction.atomic
def request_closure(
    *, member_id: int, store_id: int, by: Act, at: datetime
) -> ClosureRequest:
    """A member wants to go and be paid out at a store; asked again, it is the first.

    Raises NotAllowed, ClosureStoreRefused, MemberNotActive.
    """
    require_self(by, member_id, ERASE)
    lock_member(member_id)
    asked = open_closure(member_id)
    if asked is not None:
        return asked
    if not Store.objects.filter(pk=store_id, is_active=True).exists():
        raise ClosureStoreRefused
    row = ClosureRequest.objects.create(
        member_id=member_id,
        store_id=store_id,
        principal=closure_of(member_id=member_id, at=at).principal,
        at=at,
    )
    stores_services.record_act(
        name="members.closure_requested", by=by, at=at, subject=row
    )
    return row


@transaction.atomic
def withdraw_closure(*, member_id: int, by: Act, at: datetime) -> None:
    """They stay after all; twice is harmless. Raises NotAllowed, MemberNotActive."""
    require_self(by, member_id, ERASE)
    lock_member(member_id)
    row = open_closure(member_id)
    if row is None:
        return
    ClosureRequest.objects.filter(pk=row.pk).update(
        state=ClosureRequest.State.WITHDRAWN, ended_at=at
    )
    stores_services.record_act(
        name="members.closure_withdrawn", by=by, at=at, subject=row
    )


def open_closure(member_id: int) -> ClosureRequest | None:
    """The request of a member who wants to go and has not gone yet."""
    mine = ClosureRequest.objects.filter(
        member_id=member_id, state=ClosureRequest.State.OPEN
    )
    return mine.select_related("store").first()


def close_account_step(
    *, member_id: int, seen: str, by: Act, at: datetime, key: str
) -> None:
    """A step: who a member was is wiped, and what is no money ends; at their own wish,
    proven by the caller. `seen` is the fingerprint of what they agreed to give up.

    Raises MoneyFirst, HoldingsChanged, SpendingFrozen, EraseRefused, MemberBusy,
    NotAllowed.
    """
    require_self(by, member_id, ERASE)

    def refuse(pk: int, then: datetime) -> None:
        # Whoever froze all spending may have lost the phone that gets the code.
        refuse_frozen_step(pk)
        closure = closure_of(member_id=pk, at=then)
        if closure.money:
            raise MoneyFirst(held=[one.words for one in closure.money])
        if closure.fingerprint != seen:
            raise HoldingsChanged

    with soon():
        erase_step(member_id, refuse=refuse, by=by, at=at, key=key)
    ClosureRequest.objects.get_or_create(
        member_id=member_id,
        state=ClosureRequest.State.LEFT,
        defaults={"principal": 0, "at": at, "ended_at": at},
    )


def _shares(member_id: int, at: datetime) -> list[ClosureShare]:
    return [
        part.closure_share(member_id=member_id, at=at)
        if isinstance(part, HoldsMoney)
        else ClosureShare(ended=tuple(part.held(member_id=member_id, at=at)))
        for part in all_parts()
    ]


def _kind(kind: str) -> str:
    return str(AccountKind(kind).label)
