"""Spending points on a bill, and giving them back when the bill is refunded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ledger import belonging as ledger_belonging
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members import services as members_services
from points.errors import AmountRefused, NotEnoughPoints, NothingThere, RefundTooLarge
from points.models import PointsPolicy, Redemption
from points.spending import check_spend
from policies import selectors as policies_selectors
from stores import services as stores_services

from . import permit
from .holding import (
    POINTS,
    Holding,
    expire_first,
    granted,
    holding_of,
    lock,
    usable,
)
from .release import release_due_step

REDEEM = "points.redeem_points"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionPlan:
    """Points to be spent, as a line for an entry; `worth` is what they pay."""

    member_id: int
    points: int
    worth: int
    bill: int
    policy: PointsPolicy
    lines: tuple[Line, ...]


@transaction.atomic
def redeem(
    *,
    member_id: int,
    points: int,
    bill: int,
    by: Act,
    at: datetime,
    key: str,
    reference: str = "",
) -> Redemption:
    """Spend points on a bill (minor units still due), the first to expire first.

    Raises NotAllowed, AmountRefused, NotInSteps, TooFewPoints, TooMuchOfTheBill,
    NotEnoughPoints, MemberNotActive, IdempotencyConflict, AccountFrozen.
    """
    permit.may(by, REDEEM)
    asked = permit.fingerprint("redeem", member_id, points, bill, reference)
    lock(holding_of(member_id))
    if done := permit.first_answer(Redemption, key, asked):
        return done
    plan = redemption_lines(member_id=member_id, points=points, bill=bill, by=by, at=at)
    by = permit.check_beneficiary(by, REDEEM, member_id=member_id, amount=points, at=at)
    posted = ledger_services.post_entry(
        kind=EntryKind.REDEMPTION,
        key=key,
        at=at,
        act=by,
        lines=plan.lines,
        fingerprint=asked,
    )
    return record_redemption_step(
        plan=plan,
        posted=posted,
        by=by,
        at=at,
        key=key,
        asked=asked,
        reference=reference,
    )


def redemption_lines(
    *, member_id: int, points: int, bill: int, by: Act, at: datetime
) -> RedemptionPlan:
    """Points on a bill, as a line for an entry of yours; locks the member's accounts.

    What is pending and due is released first, in an entry of its own. Raises what
    `redeem` raises; the posting decides again.
    """
    permit.active_member(member_id)
    members_services.refuse_frozen_step(member_id)
    holding = holding_of(member_id)
    lock(holding)
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    worth = check_spend(points, bill=bill, policy=policy)
    release_due_step(member_id=member_id, at=at, by=by)
    held = usable(holding.points, at)
    if held < points:
        raise NotEnoughPoints(usable=held)
    line = Line(debit_id=holding.points, credit_id=granted(by, POINTS), amount=points)
    return RedemptionPlan(
        member_id=member_id,
        points=points,
        worth=worth,
        bill=bill,
        policy=policy,
        lines=(line,),
    )


@transaction.atomic(savepoint=False)
def record_redemption_step(
    *,
    plan: RedemptionPlan,
    posted: Posted,
    by: Act,
    at: datetime,
    key: str,
    asked: bytes,
    reference: str = "",
    place: int = 0,
) -> Redemption:
    """Keep what was posted for a plan; `place` is that of its line in the entry."""
    row = permit.write_once(
        lambda: Redemption.objects.create(
            member_id=plan.member_id,
            key=key,
            fingerprint=asked,
            policy=plan.policy,
            store_id=by.store_id,
            at=at,
            reference=reference[:120],
            bill=plan.bill,
            points=plan.points,
            worth=plan.worth,
            entry_id=posted.entry_id,
            posting_id=posted.posting_ids[place],
        )
    )
    if by.staff_id is not None:
        stores_services.record_act(
            name=REDEEM,
            by=by,
            at=at,
            subject=row,
            facts={"points": plan.points, "worth": plan.worth},
        )
    return row


@transaction.atomic
def return_redeemed(
    *, redemption_id: int, points: int, by: Act, at: datetime, key: str
) -> Redemption:
    """Give spent points back into the lots they came from, once for each key.

    They live at least the days of the policy from now on; a debt is paid with them at
    once. Raises RefundTooLarge, NothingThere, NotAllowed, UndoneElsewhere for what paid
    a sale that the checkout settled.
    """
    permit.may(by, REDEEM)
    spent = Redemption.objects.filter(pk=redemption_id)
    ledger_belonging.refuse_part(spent.values_list("entry_id", flat=True).first())
    if ledger_selectors.entry_id_of(key=key) is None:
        by = permit.check_beneficiary(
            by,
            REDEEM,
            member_id=spent.values_list("member_id", flat=True).first(),
            amount=points,
            at=at,
        )
    return return_redeemed_step(
        redemption_id=redemption_id, points=points, by=by, at=at, key=key
    )


@transaction.atomic(savepoint=False)
def return_redeemed_step(
    *, redemption_id: int, points: int, by: Act, at: datetime, key: str
) -> Redemption:
    """A step of another's command: the same, asking no role."""
    if points <= 0:
        raise AmountRefused
    row, holding = _locked(redemption_id)
    asked = permit.fingerprint("return", redemption_id, points)
    is_replay = ledger_selectors.entry_id_of(key=key) is not None
    if not is_replay and points > row.points - row.returned:
        raise RefundTooLarge(left=row.points - row.returned)
    if not is_replay:
        expire_first([holding.points], by=by, at=at)
    posted = ledger_services.reverse_entry(
        entry_id=row.entry_id,
        key=key,
        at=at,
        act=by,
        amounts={row.posting_id: points},
        live_until=live_until(row.policy, at),
        fingerprint=asked,
    )
    if posted.replayed:
        return row
    row.returned += points
    Redemption.objects.filter(pk=row.pk).update(returned=row.returned)
    settle_debt_step(holding=holding, by=by, at=at, key=f"{key}:debt")
    if by.staff_id is not None:
        stores_services.record_act(
            name="points.returned", by=by, at=at, subject=row, facts={"points": points}
        )
    return row


def live_until(policy: PointsPolicy, at: datetime) -> datetime:
    """How long points that are returned live at least."""
    return at + timedelta(days=policy.returned_live_days)


@transaction.atomic(savepoint=False)
def settle_debt_step(*, holding: Holding, by: Act, at: datetime, key: str) -> int:
    """Under the lock: pay what is owed with what is there; how many points."""
    held = lock(holding)
    pays = min(held.debt, usable(holding.points, at)) if held.debt else 0
    if pays:
        ledger_services.post_entry(
            kind=EntryKind.CLAW_BACK,
            key=key,
            at=at,
            act=by,
            lines=[Line(debit_id=holding.points, credit_id=holding.debt, amount=pays)],
        )
    return pays


def _locked(redemption_id: int) -> tuple[Redemption, Holding]:
    while True:
        found = Redemption.objects.filter(pk=redemption_id).first()
        if found is None:
            raise NothingThere
        holding = holding_of(found.member_id)
        lock(holding)
        row = Redemption.objects.select_related("policy").get(pk=redemption_id)
        if row.member_id == holding.member_id:
            return row, holding
