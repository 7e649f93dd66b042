"""Taking back what was earned, when what earned it is refunded.

What is kept is always what the same rules give for what is left of the sale, so that
any number of partial refunds, in any order of sizes, ends where one refund would.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Any

from django.db import transaction
from django.db.models import Sum

from common.shares import spread
from ledger import belonging as ledger_belonging
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line
from members.models import Member
from points.earning import Basis, measure
from points.errors import AmountRefused, NothingThere, RefundTooLarge
from points.models import Accrual, AccrualRefund, PointsPolicy
from stores import services as stores_services

from . import permit
from .accrue import ACCRUE
from .holding import GROWTH, POINTS, Holding, granted, holding_of, lock, usable
from .release import release_due_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where points that are taken back come from; they add up."""

    points: int
    from_pending: int = 0
    from_lot: int = 0
    from_others: int = 0
    lapsed: int = 0
    debt: int = 0
    forgiven: int = 0
    charged_points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund as asked: how much, and what of the accrual is left by it."""

    points: int
    growth: int
    amount: int = 0
    amounts: tuple[int, ...] = ()
    basis: dict[str, Any] | None = None


@transaction.atomic
def refund_accrual(
    *,
    accrual_id: int,
    amounts: Sequence[int] | None = None,
    amount: int | None = None,
    paid_back: Mapping[str, int] | None = None,
    by: Act,
    at: datetime,
    key: str,
) -> AccrualRefund:
    """Take back what a refund of the sale no longer earns, once for each key.

    By line (`amounts`), or an `amount` spread over what is left of the lines. With
    `paid_back` by tender, what is left is judged by what is left of each; without, each
    tender got its share. Points are taken where they are: pending, their own lot, other
    points; what is spent becomes a debt, is let go, or is charged in money
    (`charged`, minor units), as the policy of the accrual says. Growth value falls, the
    tier stays until its review. Raises RefundTooLarge, NothingThere, NotAllowed,
    BeneficiaryRefused, UndoneElsewhere for what a sale earned that the checkout
    settled.
    """
    permit.may(by, ACCRUE)
    earned = Accrual.objects.filter(pk=accrual_id)
    ledger_belonging.refuse_part(earned.values_list("entry_id", flat=True).first())
    if not AccrualRefund.objects.filter(key=key).exists():
        whose = earned.values_list("member_id", flat=True).first()
        by = permit.check_beneficiary(by, ACCRUE, member_id=whose, at=at)
    return refund_accrual_step(
        accrual_id=accrual_id,
        amounts=amounts,
        amount=amount,
        paid_back=paid_back,
        by=by,
        at=at,
        key=key,
    )


@transaction.atomic(savepoint=False)
def refund_accrual_step(
    *,
    accrual_id: int,
    amounts: Sequence[int] | None = None,
    amount: int | None = None,
    paid_back: Mapping[str, int] | None = None,
    by: Act,
    at: datetime,
    key: str,
) -> AccrualRefund:
    """A step of another's command: the same, asking no role."""
    asked = permit.fingerprint(
        "refund",
        accrual_id,
        None if amounts is None else list(amounts),
        amount,
        None if paid_back is None else sorted(paid_back.items()),
    )

    def decide(accrual: Accrual) -> Refund:
        return _after_refund(accrual, amounts, amount, paid_back)

    return _take_back(accrual_id, decide, by=by, at=at, key=key, asked=asked)


@transaction.atomic(savepoint=False)
def claw_back_step(
    *,
    gift_key: str,
    by: Act,
    at: datetime,
    key: str,
    share: Fraction = Fraction(1),
    charge_at_most: int | None = None,
) -> AccrualRefund:
    """A step of what undoes a gift (a top-up refunded): take back a share of it.

    `gift_key` is the key under which it was given; `share` of the whole gift, all
    refunds so far included, so that parts add up and rounding favours nobody: what is
    kept is rounded down. No more money is charged than `charge_at_most` (minor units);
    what that does not cover becomes a debt. Raises NothingThere.
    """
    accrual = Accrual.objects.filter(key=gift_key).first()
    if accrual is None:
        raise NothingThere
    if not 0 <= share <= 1:
        raise AmountRefused
    asked = permit.fingerprint("claw back", gift_key, str(share))

    def decide(row: Accrual) -> Refund:
        return _after_claw_back(row, share)

    return _take_back(
        accrual.pk,
        decide,
        by=by,
        at=at,
        key=key,
        asked=asked,
        charge_at_most=charge_at_most,
    )


def charge_of_claw_back(
    *, gift_key: str, share: Fraction, at: datetime, charge_at_most: int
) -> int:
    """The money that taking back a share of a gift would charge now (minor units)."""
    accrual = Accrual.objects.select_related("policy").filter(key=gift_key).first()
    if accrual is None or accrual.policy.shortfall != PointsPolicy.Shortfall.CHARGE:
        return 0
    points = _after_claw_back(accrual, share).points
    holding = holding_of(accrual.member_id)
    parts = _parts(accrual, points, holding, at, charge_at_most)
    return _charge(accrual, parts.charged_points)


def _after_claw_back(row: Accrual, share: Fraction) -> Refund:
    keeps = 1 - share
    return Refund(
        points=row.points_kept - min(row.points_kept, floor(row.points * keeps)),
        growth=row.growth_kept - min(row.growth_kept, floor(row.growth * keeps)),
    )


def _take_back(
    accrual_id: int,
    decide: Callable[[Accrual], Refund],
    *,
    by: Act,
    at: datetime,
    key: str,
    asked: bytes,
    charge_at_most: int | None = None,
) -> AccrualRefund:
    accrual, holding = _locked(accrual_id)
    if done := permit.first_answer(AccrualRefund, key, asked):
        return done
    refund = decide(accrual)
    if accrual.member.status == Member.Status.ERASED:
        parts = Parts(points=refund.points, lapsed=refund.points)
        lines: list[Line] = []
    else:
        if release_due_step(member_id=accrual.member_id, at=at, by=by):
            accrual.refresh_from_db()
        parts = _parts(accrual, refund.points, holding, at, charge_at_most)
        lines = _lines(accrual, parts, refund.growth, holding, by=by, at=at)
    entry_id = None
    if lines:
        entry_id = ledger_services.post_entry(
            kind=EntryKind.CLAW_BACK,
            key=key,
            at=at,
            act=by,
            lines=lines,
            fingerprint=asked,
        ).entry_id
    charged = _charge(accrual, parts.charged_points)
    row = permit.write_once(
        lambda: AccrualRefund.objects.create(
            accrual=accrual,
            key=key,
            fingerprint=asked,
            at=at,
            entry_id=entry_id,
            amounts=list(refund.amounts),
            amount=refund.amount,
            points=parts.points,
            from_pending=parts.from_pending,
            from_lot=parts.from_lot,
            from_others=parts.from_others,
            lapsed=parts.lapsed,
            debt=parts.debt,
            forgiven=parts.forgiven,
            charged_points=parts.charged_points,
            charged=charged,
            growth=refund.growth,
        )
    )
    Accrual.objects.filter(pk=accrual.pk).update(
        refunded=accrual.refunded + refund.amount,
        basis=refund.basis if refund.basis is not None else accrual.basis,
        points_kept=accrual.points_kept - parts.points,
        growth_kept=accrual.growth_kept - refund.growth,
        pending=accrual.pending - parts.from_pending,
        charged_points=accrual.charged_points + parts.charged_points,
        charged=accrual.charged + charged,
    )
    if by.staff_id is not None:
        stores_services.record_act(
            name="points.refunded" if refund.amount else "points.clawed_back",
            by=by,
            at=at,
            subject=accrual,
            facts={"points": parts.points, "growth": refund.growth},
        )
    return row


def _locked(accrual_id: int) -> tuple[Accrual, Holding]:
    """The accrual under its member's lock, whoever that is after a merge meanwhile."""
    while True:
        found = Accrual.objects.filter(pk=accrual_id).first()
        if found is None:
            raise NothingThere
        holding = holding_of(found.member_id)
        lock(holding)
        accrual = Accrual.objects.select_related("policy", "member").get(pk=accrual_id)
        if accrual.member_id == holding.member_id:
            return accrual, holding


def _after_refund(
    accrual: Accrual,
    amounts: Sequence[int] | None,
    amount: int | None,
    paid_back: Mapping[str, int] | None,
) -> Refund:
    """What is earned by what is left: never more than is kept already."""
    if accrual.basis is None or (amounts is None) == (amount is None):
        raise NothingThere
    basis = Basis.from_json(accrual.basis)
    before: list[int] = accrual.basis["refunded"]
    left = [line[0] - back for line, back in zip(basis.lines, before, strict=True)]
    by_line = (
        _checked(amounts, left)
        if amounts is not None
        else spread(_within(amount or 0, sum(left)), left)
    )
    refunded = [was + back for was, back in zip(before, by_line, strict=True)]
    tenders = _paid_back(accrual.basis, basis, sum(before), sum(by_line), paid_back)
    result = measure(basis.after(refunded, tenders))
    return Refund(
        points=accrual.points_kept - min(accrual.points_kept, result.points),
        growth=accrual.growth_kept - min(accrual.growth_kept, result.growth),
        amount=sum(by_line),
        amounts=by_line,
        basis={**accrual.basis, "refunded": refunded, "paid_back": tenders},
    )


def _within(amount: int, left: int) -> int:
    if not 0 < amount <= left:
        raise RefundTooLarge(left=left)
    return amount


def _checked(amounts: Sequence[int], left: Sequence[int]) -> tuple[int, ...]:
    if len(amounts) != len(left) or sum(amounts) <= 0:
        raise RefundTooLarge(left=sum(left))
    if not all(0 <= back <= rest for back, rest in zip(amounts, left, strict=True)):
        raise RefundTooLarge(left=sum(left))
    return tuple(amounts)


def _paid_back(
    kept: dict[str, Any],
    basis: Basis,
    before: int,
    now: int,
    paid_back: Mapping[str, int] | None,
) -> dict[str, int] | None:
    """What each tender has got back so far; None while each just got its share."""
    so_far: dict[str, int] | None = kept["paid_back"]
    if so_far is None and paid_back is None:
        return None
    tenders = {tender: amount for tender, amount, _earns in basis.paid}
    if so_far is None:
        so_far = dict(zip(tenders, spread(before, list(tenders.values())), strict=True))
    left = {tender: amount - so_far[tender] for tender, amount in tenders.items()}
    if paid_back is None:
        shares = spread(now, list(left.values()))
        paid_back = dict(zip(left, shares, strict=True))
    plain = {str(tender): back for tender, back in paid_back.items()}
    fits = all(0 <= back <= left.get(tender, 0) for tender, back in plain.items())
    if not fits or sum(plain.values()) != now:
        raise RefundTooLarge(left=sum(left.values()))
    return {tender: back + plain.get(tender, 0) for tender, back in so_far.items()}


def _parts(
    accrual: Accrual,
    points: int,
    holding: Holding,
    at: datetime,
    charge_at_most: int | None,
) -> Parts:
    """Pending first, then their own lot, then what was spent: from other points, and
    what these do not cover as the policy says. What lapsed is not asked for again.
    """
    from_pending = min(points, accrual.pending)
    rest = points - from_pending
    from_lot, spent = 0, rest
    if accrual.lot_posting is not None or accrual.debt_paid:
        from_lot, spent = _own_lot(accrual, points, rest, at)
    needed = min(rest - from_lot, spent)
    others = min(needed, usable(holding.points, at) - from_lot) if needed else 0
    short = needed - others
    debt, forgiven, charged = _shortfall(accrual, short, charge_at_most)
    return Parts(
        points=points,
        from_pending=from_pending,
        from_lot=from_lot,
        from_others=others,
        lapsed=rest - from_lot - needed,
        debt=debt,
        forgiven=forgiven,
        charged_points=charged,
    )


def _shortfall(
    accrual: Accrual, short: int, charge_at_most: int | None
) -> tuple[int, int, int]:
    """What is missing: owed, let go, charged (points), as the policy says."""
    policy = accrual.policy
    if policy.shortfall == PointsPolicy.Shortfall.DEBT:
        return short, 0, 0
    if policy.shortfall == PointsPolicy.Shortfall.FORGIVE:
        return 0, short, 0
    if charge_at_most is None:
        return 0, 0, short
    # The most points that cost no more than that, with those charged before.
    money = charge_at_most + accrual.charged
    most = ((money + 1) * policy.step_points - 1) // policy.step_worth
    charged = max(0, min(short, most - accrual.charged_points))
    return short - charged, 0, charged


def _own_lot(accrual: Accrual, points: int, rest: int, at: datetime) -> tuple[int, int]:
    """How much its own lot gives back, and how much of it was spent beyond what the
    member keeps and has not made good yet.
    """
    before = AccrualRefund.objects.filter(accrual=accrual).aggregate(
        lot=Sum("from_lot", default=0),
        good=Sum("from_others", default=0)
        + Sum("debt", default=0)
        + Sum("forgiven", default=0)
        + Sum("charged_points", default=0),
    )
    lot = None
    if accrual.lot_posting is not None:
        lots = ledger_selectors.lots_made([accrual.lot_posting])
        lot = lots.get(accrual.lot_posting)
    spent, gives = accrual.debt_paid, 0
    if lot is not None:
        spent += lot.initial - lot.remaining - lot.expired - before["lot"]
        gives = min(rest, lot.usable(at))
    keeps = accrual.points_kept - points
    return gives, max(0, spent - keeps - before["good"])


def _lines(
    accrual: Accrual,
    parts: Parts,
    growth: int,
    holding: Holding,
    *,
    by: Act,
    at: datetime,
) -> list[Line]:
    lines: list[Line] = []

    def add(
        debit: int, amount: int, code: str = POINTS, lot: int | None = None
    ) -> None:
        if amount:
            lines.append(
                Line(
                    debit_id=debit,
                    credit_id=granted(by, code),
                    amount=amount,
                    lot_id=lot,
                )
            )

    postings = [accrual.lot_posting, accrual.growth_posting]
    lots = ledger_selectors.lots_made([one for one in postings if one is not None])
    add(holding.pending, parts.from_pending)
    if parts.from_lot and accrual.lot_posting is not None:
        add(holding.points, parts.from_lot, lot=lots[accrual.lot_posting].lot_id)
    add(holding.points, parts.from_others)
    add(holding.debt, parts.debt)
    own = None if accrual.growth_posting is None else lots.get(accrual.growth_posting)
    if own is not None:
        add(holding.growth, min(growth, own.usable(at)), GROWTH, own.lot_id)
    else:  # moved by a merge: from whatever counts
        add(holding.growth, min(growth, usable(holding.growth, at)), GROWTH)
    return lines


def _charge(accrual: Accrual, points: int) -> int:
    """Money for points that are gone, so that the parts add up to the whole."""
    policy, before = accrual.policy, accrual.charged_points
    total = (before + points) * policy.step_worth // policy.step_points
    return total - accrual.charged
