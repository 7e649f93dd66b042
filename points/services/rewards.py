"""Rewards: ordered for points, picked up with a code, or cancelled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from common.sums import more
from common.text import one_line
from coupons import services as coupons_services
from coupons.kinds import Source as CouponSource
from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members import services as members_services
from members.models import Member
from points import codes, identity
from points.errors import (
    AmountRefused,
    LimitReached,
    NotEnoughPoints,
    NothingThere,
    NotOffered,
    OrderEnded,
    OrderTooLate,
    OutOfStock,
    ReasonMissing,
    TenderMissing,
)
from points.models import PointsPolicy, Reward, RewardOrder, RewardTaken
from points.models.rewards import MOST_AT_ONCE
from points.spending import worth_of
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.models import Approval

from . import permit
from .holding import POINTS, expire_first, granted, holding_of, lock, usable
from .redeem import live_until, settle_debt_step
from .release import release_due_step
from .tries import with_code

ORDER, HAND_OVER, CANCEL = (
    "points.order_reward",
    "points.hand_over_reward",
    "points.cancel_reward_order",
)
PURPOSE = "reward"


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order, and the code to pick it up with; shown to the member, kept nowhere."""

    order: RewardOrder
    code: str


@transaction.atomic
def order_reward(
    *,
    reward_id: int,
    member_id: int,
    quantity: int = 1,
    tender: str = "",
    by: Act,
    at: datetime,
    key: str,
    is_proven: bool = False,
    approval: Approval | None = None,
) -> Ordered:
    """Order so many of a reward, each at its price in points and money, once for a key.

    The price is the reward's times the quantity, whatever a client says; money is paid
    by `tender` at the act's store. Goods wait for their code, coupons and donations are
    done at once. What the points are worth needs the member's code or an approver above
    the limit, as a bill does (`points.identity`).

    Raises NotOffered, OutOfStock, LimitReached, NotEnoughPoints, AmountRefused,
    TenderMissing, NotAllowed, MemberNotActive, IdempotencyConflict.
    """
    permit.may(by, ORDER)
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise AmountRefused
    permit.active_member(member_id)
    asked = permit.fingerprint("order", reward_id, member_id, quantity, tender)
    holding = holding_of(member_id)
    lock(holding)
    if done := permit.first_answer(RewardOrder, key, asked):
        return _with_code(done)
    members_services.refuse_frozen_step(member_id)
    reward = _offered(reward_id, at)
    release_due_step(member_id=member_id, at=at, by=by)
    points, money = reward.points * quantity, reward.money * quantity
    held = usable(holding.points, at)
    if held < points:
        raise NotEnoughPoints(usable=held)
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    by = identity.require(
        by=by,
        member_id=member_id,
        amount=worth_of(points, policy),
        act=ORDER,
        subject=f"member:{member_id}",
        at=at,
        is_proven=is_proven,
        approval=approval,
    )
    by = permit.check_beneficiary(by, ORDER, member_id=member_id, amount=points, at=at)
    _take(reward, member_id, quantity)
    lines = [
        Line(debit_id=holding.points, credit_id=granted(by, POINTS), amount=points)
    ]
    if money:
        lines.append(_paid(by, tender, money))
    posted = ledger_services.post_entry(
        kind=EntryKind.REDEMPTION,
        key=key,
        at=at,
        act=by,
        lines=lines,
        memo=reward.name,
        fingerprint=asked,
    )
    order = permit.write_once(
        lambda: _written(reward, member_id, quantity, posted, by, at, key, asked)
    )
    if reward.coupon_id is not None:
        coupons_services.issue_step(
            template_id=reward.coupon_id,
            member_id=member_id,
            quantity=quantity,
            by=by,
            at=at,
            key=f"{key}:coupon",
            source=CouponSource.POINTS,
            entry=posted.entry_id,
        )
    stores_services.record_act(
        name="points.reward_ordered",
        by=by,
        at=at,
        subject=order,
        facts={"reward": reward.code, "quantity": quantity, "points": points},
    )
    return _with_code(order)


def hand_over_reward(*, code: str, by: Act, at: datetime) -> RewardOrder:
    """Give out what was ordered to whoever brings its code; once.

    A wrong code is counted, five make a pause of a quarter of an hour. Raises
    CodeRefused, CodesLocked, OrderTooLate, NotAllowed, BeneficiaryRefused.
    """
    permit.may(by, HAND_OVER)

    def attempt() -> RewardOrder | None:
        plain = codes.normalised(code)
        kept = codes.digest(PURPOSE, plain or "")
        order = RewardOrder.objects.filter(code_hash=kept).first()
        if order is None or not codes.is_same(order.code_hash or "", kept):
            return None
        if order.pick_up_by is not None and at >= order.pick_up_by:
            raise OrderTooLate
        waiting = RewardOrder.objects.filter(
            pk=order.pk, status=RewardOrder.Status.ORDERED
        )
        is_done = waiting.update(
            status=RewardOrder.Status.HANDED_OVER,
            ended_at=at,
            ended_by=by.actor,
            handed_over_in_id=by.store_id,
        )
        if not is_done:
            return None
        permit.check_beneficiary(by, HAND_OVER, member_id=order.member_id, at=at)
        stores_services.record_act(
            name="points.reward_handed_over", by=by, at=at, subject=order
        )
        order.refresh_from_db()
        return order

    return with_code(attempt, by=by, at=at)


@transaction.atomic
def cancel_reward_order(
    *, order_id: int, reason: str, by: Act, at: datetime
) -> RewardOrder:
    """Cancel what was not picked up: points, money, stock and the limit come back; of
    somebody who was erased the points are let go.

    Raises OrderEnded, NothingThere, ReasonMissing, NotAllowed.
    """
    permit.may(by, CANCEL)
    if not reason.strip() or "\x00" in reason:
        raise ReasonMissing
    order = RewardOrder.objects.filter(pk=order_id).first()
    if order is None:
        raise NothingThere
    holding = holding_of(order.member_id)
    lock(holding)
    waiting = RewardOrder.objects.filter(pk=order_id, status=RewardOrder.Status.ORDERED)
    if not waiting.update(
        status=RewardOrder.Status.CANCELLED, ended_at=at, ended_by=by.actor
    ):
        raise OrderEnded
    by = permit.check_beneficiary(by, CANCEL, member_id=order.member_id, at=at)
    key = f"points:reward:{order_id}:cancelled"
    policy = policies_selectors.in_force(PointsPolicy, at=order.ordered_at)
    is_gone = Member.objects.filter(
        pk=order.member_id, status=Member.Status.ERASED
    ).exists()
    if not is_gone:
        expire_first([holding.points], by=by, at=at)
    amounts = _still_returned(order.entry_id)
    if amounts:
        ledger_services.reverse_entry(
            entry_id=order.entry_id,
            key=key,
            at=at,
            act=by,
            amounts=amounts,
            live_until=live_until(policy, at),
            memo=one_line(reason, 500),
        )
    if not is_gone:
        settle_debt_step(holding=holding, by=by, at=at, key=f"{key}:debt")
    Reward.objects.filter(pk=order.reward_id, stock__isnull=False).update(
        stock=more("stock", order.quantity)
    )
    RewardTaken.objects.filter(
        reward_id=order.reward_id, member_id=order.member_id
    ).update(taken=more("taken", -order.quantity))
    stores_services.record_act(
        name="points.reward_cancelled",
        by=by,
        at=at,
        subject=order,
        facts={"reason": one_line(reason, 200)},
    )
    order.refresh_from_db()
    return order


def _still_returned(entry_id: UUID) -> dict[int, int]:
    """What of an order comes back, by posting: all but what ended accounts gave."""
    postings = ledger_lineage.postings_of(entry_id=entry_id)
    ended = ledger_lineage.ended_accounts({posting.debit_id for posting in postings})
    return {
        posting.posting_id: posting.left
        for posting in postings
        if posting.left and posting.debit_id not in ended
    }


def cancel_overdue(*, at: datetime, by: Act, reason: str) -> int:
    """Cancel every order whose time to be picked up is over, one by one; how many."""
    overdue = RewardOrder.objects.filter(
        status=RewardOrder.Status.ORDERED, pick_up_by__lte=at
    ).order_by("pk")
    done = 0
    for order_id in list(overdue.values_list("pk", flat=True)):
        try:
            cancel_reward_order(order_id=order_id, reason=reason, by=by, at=at)
        except OrderEnded:
            continue
        done += 1
    return done


def _offered(reward_id: int, at: datetime) -> Reward:
    reward = Reward.objects.filter(pk=reward_id).first()
    if reward is None:
        raise NothingThere
    too_early = reward.starts_at is not None and at < reward.starts_at
    too_late = reward.ends_at is not None and at >= reward.ends_at
    if not reward.is_active or too_early or too_late:
        raise NotOffered
    return reward


def _take(reward: Reward, member_id: int, quantity: int) -> None:
    """From the stock and the member's limit, each by one conditional update."""
    if reward.stock is not None:
        left = Reward.objects.filter(pk=reward.pk, stock__gte=quantity)
        if not left.update(stock=more("stock", -quantity)):
            raise OutOfStock
    RewardTaken.objects.bulk_create(
        [RewardTaken(reward=reward, member_id=member_id)], ignore_conflicts=True
    )
    mine = RewardTaken.objects.filter(reward=reward, member_id=member_id)
    most = reward.most_per_member
    if most is not None:
        mine = mine.filter(taken__lte=most - quantity)
    if not mine.update(taken=more("taken", quantity)):
        raise LimitReached(most=most or 0)


def _paid(by: Act, tender: str, money: int) -> Line:
    """The money part, taken at the act's store. Raises TenderMissing."""
    if by.store_id is None or not tender:
        raise TenderMissing
    return stores_services.taking_line(amount=money, tender=tender, by=by)


def _written(
    reward: Reward,
    member_id: int,
    quantity: int,
    posted: Posted,
    by: Act,
    at: datetime,
    key: str,
    asked: bytes,
) -> RewardOrder:
    is_picked_up = reward.kind == Reward.Kind.GOODS
    status = RewardOrder.Status
    return RewardOrder.objects.create(
        reward=reward,
        member_id=member_id,
        key=key,
        fingerprint=asked,
        quantity=quantity,
        points_each=reward.points,
        money_each=reward.money,
        points=reward.points * quantity,
        money=reward.money * quantity,
        status=status.ORDERED if is_picked_up else status.HANDED_OVER,
        code_hash=(
            codes.digest(PURPOSE, codes.code_of(PURPOSE, key)) if is_picked_up else None
        ),
        store_id=by.store_id,
        ordered_at=at,
        pick_up_by=(at + timedelta(days=reward.pick_up_days) if is_picked_up else None),
        ended_at=None if is_picked_up else at,
        ended_by="" if is_picked_up else by.actor,
        entry_id=posted.entry_id,
    )


def pick_up_code(order: RewardOrder) -> str:
    """The code of an order that waits to be picked up, as its slip shows it; empty
    where there is none, or the key that made it was changed since.
    """
    if order.status != RewardOrder.Status.ORDERED:
        return ""
    try:
        return _with_code(order).code
    except IdempotencyConflict:
        return ""


def _with_code(order: RewardOrder) -> Ordered:
    """The code is made of the key: sent again, the same slip is shown again."""
    if order.code_hash is None:
        return Ordered(order, "")
    code = codes.code_of(PURPOSE, order.key)
    if not codes.is_same(order.code_hash, codes.digest(PURPOSE, code)):
        raise IdempotencyConflict
    return Ordered(order, codes.grouped(code))
