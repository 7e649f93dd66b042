"""Earning: what a sale or a gift brings, posted once, to the accounts it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members.models import Member
from points.earning import Bought, EarnResult, Tender, earn
from points.errors import AmountRefused, BillRefused
from points.expiry import expires_at
from points.models import Accrual, PointsPolicy
from policies import selectors as policies_selectors
from stores import services as stores_services
from tiers import services as tiers_services
from tiers.models import TierPolicy

from . import permit
from .facts import facts_of, house_zone, rules_at
from .holding import GROWTH, POINTS, Held, Holding, granted, holding_of, lock

ACCRUE = "points.accrue"
LARGEST_BILL = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class AccrualPlan:
    """What is to be posted for something earned, decided under the member's lock.

    Post `lines` (alone, or in a sale's entry), then hand the ids of their postings, in
    this order, to `record_accrual_step`.
    """

    member: Member
    policy: PointsPolicy
    lines: tuple[Line, ...]
    parts: tuple[str, ...]  # what each line is: debt, points or growth
    points: int
    growth: int
    debt_paid: int
    usable_from: datetime | None
    expires_at: datetime | None
    bill: int = 0
    result: EarnResult | None = None


@transaction.atomic
def accrue(
    *,
    member_id: int,
    lines: Sequence[Bought],
    paid: Mapping[Tender, int],
    by: Act,
    at: datetime,
    key: str,
    reference: str = "",
) -> Accrual:
    """Credit a member with what a bill earns; the row says how much, and why.

    Raises NotAllowed, BillRefused, MemberNotActive, IdempotencyConflict,
    BeneficiaryRefused and what the books refuse.
    """
    permit.may(by, ACCRUE)
    if not Accrual.objects.filter(key=key).exists():
        by = permit.check_beneficiary(by, ACCRUE, member_id=member_id, at=at)
    return accrue_step(
        member_id=member_id,
        lines=lines,
        paid=paid,
        by=by,
        at=at,
        key=key,
        reference=reference,
    )


@transaction.atomic(savepoint=False)
def accrue_step(
    *,
    member_id: int,
    lines: Sequence[Bought],
    paid: Mapping[Tender, int],
    by: Act,
    at: datetime,
    key: str,
    reference: str = "",
    source: str = Accrual.Source.SALE,
    sold_at: datetime | None = None,
    sold_on: date | None = None,
) -> Accrual:
    """A step of another's command: the same, asking no role.

    `sold_at` is when it was bought and `sold_on` its business date, where that was
    earlier: the rules of then count, and the caps of now.
    """
    asked = permit.fingerprint(
        "accrue", member_id, _written(lines), sorted(paid.items()), source, reference
    )
    plan = accrual_lines(
        member_id=member_id,
        lines=lines,
        paid=paid,
        by=by,
        at=at,
        sold_at=sold_at,
        sold_on=sold_on,
    )
    if done := permit.first_answer(Accrual, key, asked):
        return done
    posted = post_plan(plan, kind=EntryKind.ACCRUAL, by=by, at=at, key=key, asked=asked)
    return record_accrual_step(
        plan=plan,
        posted=posted,
        by=by,
        at=at,
        key=key,
        asked=asked,
        source=source,
        reference=reference,
    )


def accrual_lines(
    *,
    member_id: int,
    lines: Sequence[Bought],
    paid: Mapping[Tender, int],
    by: Act,
    at: datetime,
    sold_at: datetime | None = None,
    sold_on: date | None = None,
) -> AccrualPlan:
    """What a bill earns, as lines for an entry; locks the member's accounts."""
    bill = check_bill(lines, paid)
    member = permit.active_member(member_id)
    holding = holding_of(member_id)
    held = lock(holding)
    sold_at = sold_at or at
    policy = policies_selectors.in_force(PointsPolicy, at=sold_at)
    store = permit.store_of(by)
    result = earn(
        lines=lines,
        paid=paid,
        rules=rules_at(sold_at, at=at),
        facts=facts_of(
            member,
            at=sold_at,
            day=sold_on or by.business_date,
            today=by.business_date,
            store=store,
            policy=policy,
        ),
        policy=policy,
    )
    usable_from = None
    if policy.pending_days:
        usable_from = sold_at + timedelta(days=policy.pending_days)
    return plan_of(
        member,
        holding,
        held,
        points=result.points,
        growth=result.growth,
        policy=policy,
        by=by,
        at=at,
        usable_from=usable_from if usable_from and usable_from > at else None,
        bill=bill,
        result=result,
    )


def plan_of(
    member: Member,
    holding: Holding,
    held: Held,
    *,
    points: int,
    growth: int,
    policy: PointsPolicy,
    by: Act,
    at: datetime,
    usable_from: datetime | None = None,
    live_until: datetime | None = None,
    bill: int = 0,
    result: EarnResult | None = None,
) -> AccrualPlan:
    """The lines of something earned: a debt is paid first, the rest is the member's."""
    debt_paid = min(held.debt, points)
    dies_at = live_until or expires_at(
        policy, earned_on=at.astimezone(house_zone()).date(), zone=house_zone()
    )
    lines: list[Line] = []
    parts: list[str] = []
    if points:
        source = granted(by, POINTS)
        if debt_paid:
            parts.append("debt")
            lines.append(
                Line(debit_id=source, credit_id=holding.debt, amount=debt_paid)
            )
        if points > debt_paid:
            parts.append("points")
            lines.append(
                Line(
                    debit_id=source,
                    credit_id=holding.pending if usable_from else holding.points,
                    amount=points - debt_paid,
                    expires_at=None if usable_from else dies_at,
                )
            )
    if growth:
        parts.append("growth")
        lines.append(
            Line(
                debit_id=granted(by, GROWTH),
                credit_id=holding.growth,
                amount=growth,
                expires_at=growth_expires_at(member, at),
            )
        )
    return AccrualPlan(
        member=member,
        policy=policy,
        lines=tuple(lines),
        parts=tuple(parts),
        points=points,
        growth=growth,
        debt_paid=debt_paid,
        usable_from=usable_from if points > debt_paid else None,
        expires_at=dies_at if points else None,
        bill=bill,
        result=result,
    )


def post_plan(
    plan: AccrualPlan,
    *,
    kind: EntryKind,
    by: Act,
    at: datetime,
    key: str,
    asked: bytes,
    memo: str = "",
) -> Posted | None:
    """The plan as an entry of its own; None where nothing was earned."""
    if not plan.lines:
        return None
    return ledger_services.post_entry(
        kind=kind,
        key=key,
        at=at,
        act=by,
        lines=plan.lines,
        memo=memo,
        fingerprint=asked,
    )


@transaction.atomic(savepoint=False)
def record_accrual_step(
    *,
    plan: AccrualPlan,
    posted: Posted | None,
    by: Act,
    at: datetime,
    key: str,
    asked: bytes,
    source: str,
    reference: str = "",
    first_line: int = 0,
) -> Accrual:
    """Keep what was posted for a plan, and let growth value raise the tier.

    `first_line` is the place of the plan's first line in the entry.
    """
    ids: dict[str, int] = {}
    if posted is not None:
        ids = dict(zip(plan.parts, posted.posting_ids[first_line:], strict=False))
    result = plan.result
    row = permit.write_once(
        lambda: Accrual.objects.create(
            member=plan.member,
            source=source,
            reference=reference[:120],
            key=key,
            fingerprint=asked,
            policy=plan.policy,
            store_id=by.store_id,
            at=at,
            business_date=by.business_date,
            entry_id=posted.entry_id if posted else None,
            amount=plan.bill,
            basis=None if result is None else result.basis.unrefunded(),
            why=[] if result is None else [step.as_json() for step in result.steps],
            points=plan.points,
            points_kept=plan.points,
            growth=plan.growth,
            growth_kept=plan.growth,
            usable_from=plan.usable_from,
            expires_at=plan.expires_at,
            pending=plan.points - plan.debt_paid if plan.usable_from else 0,
            debt_paid=plan.debt_paid,
            lot_posting=None if plan.usable_from else ids.get("points"),
            growth_posting=ids.get("growth"),
        )
    )
    if plan.growth:
        tiers_services.raise_if_reached_step(member_id=plan.member.pk, at=at, by=by)
    if by.staff_id is not None:
        stores_services.record_act(
            name=ACCRUE,
            by=by,
            at=at,
            subject=row,
            facts={"points": plan.points, "growth": plan.growth, "source": source},
        )
    return row


@transaction.atomic(savepoint=False)
def give_step(
    *,
    member_id: int,
    points: int = 0,
    growth: int = 0,
    source: str,
    by: Act,
    at: datetime,
    key: str,
    reference: str = "",
    memo: str = "",
    live_until: datetime | None = None,
) -> Accrual:
    """A step of another's command: give points, growth value or both, once for a key.

    Asks no role. Raises AmountRefused, MemberNotActive, IdempotencyConflict.
    """
    largest = permit.LARGEST
    if not (0 <= points <= largest and 0 <= growth <= largest and points + growth):
        raise AmountRefused
    member = permit.active_member(member_id)
    holding = holding_of(member_id)
    held = lock(holding)
    asked = permit.fingerprint("give", member_id, points, growth, source, reference)
    if done := permit.first_answer(Accrual, key, asked):
        return done
    plan = plan_of(
        member,
        holding,
        held,
        points=points,
        growth=growth,
        policy=policies_selectors.in_force(PointsPolicy, at=at),
        by=by,
        at=at,
        live_until=live_until,
    )
    posted = post_plan(
        plan, kind=EntryKind.GRANT, by=by, at=at, key=key, asked=asked, memo=memo
    )
    return record_accrual_step(
        plan=plan,
        posted=posted,
        by=by,
        at=at,
        key=key,
        asked=asked,
        source=source,
        reference=reference,
    )


def check_bill(lines: Sequence[Bought], paid: Mapping[Tender, int]) -> int:
    """The sum of a bill whose lines and tenders agree. Raises BillRefused."""
    amounts = [*(line.amount for line in lines), *paid.values()]
    bill = sum(line.amount for line in lines)
    is_whole = all(0 <= amount <= LARGEST_BILL for amount in amounts)
    plain = all("\x00" not in line.category for line in lines)
    if not (is_whole and plain and 0 < bill <= LARGEST_BILL) or bill != sum(
        paid.values()
    ):
        raise BillRefused
    return bill


def growth_expires_at(member: Member, at: datetime) -> datetime:
    """When growth value that is granted now leaves the window of the tiers."""
    policy = policies_selectors.in_force(TierPolicy, at=at)
    return tiers_services.growth_expires_at(policy, member.joined_at, at)


def _written(lines: Sequence[Bought]) -> list[list[object]]:
    return [[line.amount, line.category, line.sort, line.excluded] for line in lines]
