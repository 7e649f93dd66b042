"""What is spent above the limit asks who the guest is, a hold and an order too."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cards.tokens import mint_code
from common.errors import DomainError
from ledger.services import Act
from members.models import Member
from points import services as points_services
from points.models import RewardOrder
from stored_value import services as stored_value_services
from stored_value.errors import CodeNeeded, CodeRefused, VouchingNeeded
from stored_value.holders import Holder
from stored_value.models import Hold
from stores.errors import ApprovalNotUsable
from stores.models import Store
from tests.factories.bills import a_guest, till_of
from tests.factories.ledger import everything
from tests.factories.members import by_themselves
from tests.factories.points import RewardFactory
from tests.factories.stored_value import at_till, is_proven, new_rules
from tests.factories.stores import NOON, ShiftFactory, StoreFactory, approval_beside

pytestmark = pytest.mark.django_db
type Command = Callable[..., object]


@pytest.fixture
def store(db: None) -> Store:
    return StoreFactory.create()


@pytest.fixture
def member(store: Store) -> Member:
    return a_guest(principal=900_00, points=60_000, store=store)


def hold(member: Member, by: Act, amount: int = 300_00, **facts: Any) -> Hold:
    return stored_value_services.hold(
        holder=Holder.member(member.pk),
        amount=amount,
        by=by,
        at=NOON,
        **{"key": f"hold:{amount}", **facts},
    )


def order(member: Member, by: Act, amount: int = 300_00, **facts: Any) -> RewardOrder:
    """A reward whose points are worth so much: a hundred of them are one yuan."""
    reward = RewardFactory.create(points=amount)
    return points_services.order_reward(
        reward_id=reward.pk,
        member_id=member.pk,
        by=by,
        at=NOON,
        **{"key": f"order:{amount}", **facts},
    ).order


ACTS = pytest.mark.parametrize(
    ("command", "act"),
    [(hold, "stored_value.hold_value"), (order, "points.order_reward")],
)


def prove(member: Member, by: Act, code: str, **later: float) -> bool:
    return stored_value_services.prove_identity(
        holder=Holder.member(member.pk),
        code=code,
        by=by,
        at=NOON + timedelta(**later),
    )


@ACTS
def test_above_the_limit_nothing_moves_without_a_code(
    command: Command, act: str, store: Store, member: Member
) -> None:
    before = everything()

    for by in (till_of(store), at_till(shift=ShiftFactory.create(till__store=store))):
        with pytest.raises(CodeNeeded):
            command(member, by)

    assert everything() == before
    assert not Hold.objects.exists()
    assert not RewardOrder.objects.exists()
    command(member, till_of(store), amount=200_00)
    assert is_proven()


@ACTS
def test_a_code_of_their_own_proves_them(
    command: Command, act: str, store: Store, member: Member
) -> None:
    by = till_of(store)
    stored_value_services.set_payment_code(
        member_id=member.pk, code="482913", by=by_themselves(member), at=NOON
    )

    with pytest.raises(CodeRefused):
        prove(member, by, "190274")
    assert prove(member, by, "") is False
    command(member, by, is_proven=prove(member, by, "482913"))
    shown = mint_code(member_id=member.pk, at=NOON)
    command(member, by, amount=250_00, is_proven=prove(member, by, shown))
    assert is_proven()
    with pytest.raises(DomainError):
        prove(member, by, shown)  # it is used up


def test_the_code_of_another_proves_nobody(store: Store, member: Member) -> None:
    other = a_guest(store=store)
    shown = mint_code(member_id=other.pk, at=NOON)

    with pytest.raises(CodeNeeded):
        prove(member, till_of(store), shown)


@ACTS
def test_a_member_who_is_signed_in_is_known(
    command: Command, act: str, store: Store, member: Member
) -> None:
    command(member, by_themselves(member))


@ACTS
def test_an_approver_vouches_where_the_policy_says_so(
    command: Command, act: str, store: Store, member: Member
) -> None:
    new_rules(approver_may_vouch=True)
    by = at_till(shift=ShiftFactory.create(till__store=store))
    subject = f"member:{member.pk}"
    before = everything()

    with pytest.raises(VouchingNeeded):
        command(member, by)
    with pytest.raises(CodeNeeded):  # a program has nobody beside it
        command(member, till_of(store))
    other = approval_beside(act, by=by, subject="member:0", amount=300_00)
    with pytest.raises(ApprovalNotUsable):
        command(member, by, approval=other)
    assert everything() == before

    approval = approval_beside(act, by=by, subject=subject, amount=300_00)
    command(member, by, approval=approval)

    approval.refresh_from_db()
    assert approval.used_at == NOON
    assert is_proven()
