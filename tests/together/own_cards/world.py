"""Somebody at a till whose own card lies there, and what shows that nothing moved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from cards.models import Card, WalletShare
from coupons.models import Coupon, CouponGift
from gift_cards.models import Gift, GiftCard
from ledger.kinds import AccountKind
from ledger.models import Account, Entry
from ledger.services import Act
from members.models import Member, StaffCardAct, StaffCardPolicy
from points.models import (
    AccrualRefund,
    CheckIn,
    ReceiptCode,
    RewardOrder,
    StampGrant,
    TaskDone,
)
from policies import services as policies_services
from stored_value.models import Hold
from stores import services as stores_services
from stores.models import Approval, Store, User
from stores.services import Mending
from tests.checkout.state import books
from tests.factories.checkout import at_store
from tests.factories.stores import NOON, PIN
from tiers.models import TierGrant

GROUPS = ("sale", "purchase", "gift", "correction", "card")
KEY = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Somebody at a till, whose own card lies there, and another who may approve."""

    by: Act
    me: User
    member: Member
    approver: User

    @property
    def store(self) -> Store:
        """Where it happens."""
        return Store.objects.get(pk=self.by.store_id or 0)

    @property
    def till(self) -> Act:
        """A till's program at the store, which is no colleague."""
        return at_store(self.store)

    @property
    def points(self) -> Account:
        """The books' account of my points."""
        return Account.objects.get(
            kind=AccountKind.POINTS,
            holder_kind="member",
            holder_id=self.member.pk,
            slot="",
        )

    def mending(self) -> Mending:
        """What I correct by hand, with the other beside me."""
        return Mending(
            maker=self.me,
            store=self.store,
            reason="x",
            checker=self.approver,
            secret=PIN,
            key=KEY,
            at=NOON,
        )


type Do = Callable[[Approval | None], object]


@dataclass(frozen=True, slots=True)
class OwnAct:
    """One command at one's own card: how it is called, and which rule it falls under.

    `asks`: the command takes an approver's approval; another is done by a colleague.
    `prepare` makes what it acts upon, by the hand of a till, and gives the act itself.
    """

    command: str
    group: str
    prepare: Callable[[World], Do]
    asks: bool = False
    is_at_store: bool = True


def rules(leave: str, *, since: datetime = NOON) -> None:
    """What the shop lets staff do at their own card, whatever it is."""
    policies_services.publish(
        version=StaffCardPolicy(
            reason="test", in_force_from=since, **dict.fromkeys(GROUPS, leave)
        ),
        by=stores_services.act(task="test", at=since),
        at=since,
    )


ROWS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (AccrualRefund, ()),
    (Card, ("status", "member_id", "expires_at")),
    (CheckIn, ()),
    (Coupon, ("status", "valid_until", "member_id", "uses_left")),
    (CouponGift, ("ended_at",)),
    (Entry, ()),
    (Gift, ("kept_at", "status")),
    (GiftCard, ("status", "expires_at", "owner_id")),
    (Hold, ("status",)),
    (Member, ("status",)),
    (ReceiptCode, ("member_id", "amount", "voided_at")),
    (RewardOrder, ("status",)),
    (StaffCardAct, ()),
    (StampGrant, ()),
    (TaskDone, ()),
    (TierGrant, ("ended_at",)),
    (WalletShare, ("is_active", "per_use")),
)


def everything() -> list[object]:
    """What would have changed, had anything been done."""
    return [
        books(),
        sorted(Account.objects.exclude(status="open").values_list("pk", "status")),
        sorted(Approval.objects.exclude(used_at=None).values_list("pk")),
        *(
            sorted(model._default_manager.values_list("pk", *names), key=str)
            for model, names in ROWS
        ),
    ]


def look_at_the_constraints() -> None:
    """What the database looks at when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
