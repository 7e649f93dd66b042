"""Giving points and growth value without a sale: by hand, or as part of another act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from common.text import one_line
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line
from points.errors import AmountRefused, ReasonMissing
from points.expiry import expires_at
from points.models import Accrual, PointsPolicy
from policies import selectors as policies_selectors
from stores import services as stores_services
from stores.models import Approval
from stores.services import Mending

from . import permit
from .accrue import give_step
from .facts import house_zone
from .holding import POINTS, Holding, granted, holdings_of, lock_many

GRANT = "points.grant_points"


@transaction.atomic
def grant_points(
    *,
    member_id: int,
    points: int = 0,
    growth: int = 0,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> Accrual:
    """Give points or growth value by hand: with a reason, within one's limits alone,
    above them (and outside a shift) with the approval of a second person.

    Raises NotAllowed, ReasonMissing, AmountRefused, ApprovalNeeded, ApprovalNotUsable,
    MemberNotActive, IdempotencyConflict.
    """
    permit.may(by, GRANT)
    if not reason.strip() or "\x00" in reason:
        raise ReasonMissing
    if not (0 <= points <= permit.LARGEST and 0 <= growth <= permit.LARGEST):
        raise AmountRefused
    had = Accrual.objects.filter(key=key).exists()
    if not had:
        by = permit.use_limit(
            by,
            GRANT,
            amount=points + growth,
            at=at,
            subject=subject_of(member_id),
            approval=approval,
            member_id=member_id,
        )
    row = give_step(
        member_id=member_id,
        points=points,
        growth=growth,
        source=Accrual.Source.HAND,
        by=by,
        at=at,
        key=key,
        reference=reason.strip(),
        memo=one_line(reason, 500),
    )
    if not had:
        stores_services.record_act(
            name=GRANT,
            by=by,
            at=at,
            subject=row,
            facts={
                "member": member_id,
                "points": points,
                "growth": growth,
                "reason": one_line(reason, 200),
            },
        )
    return row


def subject_of(member_id: int) -> str:
    """What an approval of such a gift is about."""
    return f"member:{member_id}"


@transaction.atomic(savepoint=False)
def grant_points_step(
    *,
    member_id: int,
    points: int,
    by: Act,
    at: datetime,
    key: str,
    source: str = Accrual.Source.GIFT,
    reference: str = "",
    live_until: datetime | None = None,
) -> Accrual:
    """A step of another's command (a top-up, a campaign): give points, asking no role.

    `live_until` is when they expire, where the gift says so itself. Taken back by
    `claw_back_step` under the same key.
    """
    return give_step(
        member_id=member_id,
        points=points,
        source=source,
        by=by,
        at=at,
        key=key,
        reference=reference,
        live_until=live_until,
    )


@transaction.atomic(savepoint=False)
def grant_growth_step(
    *,
    member_id: int,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    source: str = Accrual.Source.GIFT,
    reference: str = "",
) -> Accrual:
    """A step of another's command: give growth value, and the tier that it reaches."""
    return give_step(
        member_id=member_id,
        growth=amount,
        source=source,
        by=by,
        at=at,
        key=key,
        reference=reference,
    )


@transaction.atomic(savepoint=False)
def reward_top_up_step(
    *,
    member_id: int,
    paid: int,
    points: int = 0,
    growth: int = 0,
    by: Act,
    at: datetime,
    key: str,
    reference: str = "",
) -> Accrual | None:
    """A step of a top-up: what its plan gives, and growth value for what was paid in.

    None where that is nothing. Taken back by `claw_back_step` under the same key.
    """
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    growth += paid * policy.growth_top_up // policy.growth_top_up_per
    if not points and not growth:
        return None
    return give_step(
        member_id=member_id,
        points=points,
        growth=growth,
        source=Accrual.Source.TOP_UP,
        by=by,
        at=at,
        key=key,
        reference=reference,
    )


def grant_with_second_person(
    *, member_id: int, points: int = 0, growth: int = 0, by: Mending
) -> Accrual:
    """Give points or growth value away from a till: another approves it on the spot.

    A key that has given them asks nobody again. Raises what `grant_points` raises, and
    CheckerRefused, ProofRefused.
    """
    done = Accrual.objects.filter(key=by.key).exists()
    approval = None if done else _approved(member_id, points + growth, by)
    return grant_points(
        member_id=member_id,
        points=points,
        growth=growth,
        reason=by.reason,
        by=by.act(),
        at=by.at,
        key=by.key,
        approval=approval,
    )


def _approved(member_id: int, amount: int, by: Mending) -> Approval:
    if not 0 < amount <= permit.LARGEST:
        raise AmountRefused
    return by.approved(
        GRANT, amount=amount, subject=subject_of(member_id), members=[member_id]
    )


@transaction.atomic(savepoint=False)
def grant_points_to_many_step(
    *,
    keys: Mapping[int, str],
    points: int,
    by: Act,
    at: datetime,
    source: str = Accrual.Source.GIFT,
    reference: str = "",
) -> None:
    """A step: so many points to each member of `keys`, once for their key, in as many
    statements for thousands as for one. What somebody owes is paid first.

    Nobody gets anything where one of them is not active. Raises AmountRefused,
    MemberNotActive, IdempotencyConflict.
    """
    if not 0 < points <= permit.LARGEST:
        raise AmountRefused
    permit.active_members(keys)
    holdings = holdings_of(sorted(keys))
    debts = lock_many(holdings.values())
    asked = {
        member: permit.fingerprint("give", member, points, 0, source, reference)
        for member in keys
    }
    had = permit.first_answers(Accrual, {keys[one]: asked[one] for one in keys})
    new = [holdings[one] for one in sorted(keys) if keys[one] not in had]
    if not new:
        return
    house = granted(by, POINTS)
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    today = at.astimezone(house_zone()).date()
    dies_at = expires_at(policy, earned_on=today, zone=house_zone())
    posted = ledger_services.post_many(
        drafts=[
            ledger_services.Draft(
                kind=EntryKind.GRANT,
                key=keys[one.member_id],
                at=at,
                act=by,
                lines=_lines(one, house, points, debts[one.member_id], dies_at),
                fingerprint=asked[one.member_id],
            )
            for one in new
        ]
    )
    entries = dict(zip([one.member_id for one in new], posted.entry_ids, strict=True))
    lots = _lot_postings(new, posted.entry_ids)
    Accrual.objects.bulk_create(
        Accrual(
            member_id=one.member_id,
            source=source,
            reference=reference[:120],
            key=keys[one.member_id],
            fingerprint=asked[one.member_id],
            policy=policy,
            store_id=by.store_id,
            at=at,
            business_date=by.business_date,
            entry_id=entries[one.member_id],
            why=[],
            points=points,
            points_kept=points,
            expires_at=dies_at,
            debt_paid=min(debts[one.member_id], points),
            lot_posting=lots.get(entries[one.member_id]),
        )
        for one in new
    )


def _lines(
    one: Holding, house: int, points: int, debt: int, dies_at: datetime | None
) -> list[Line]:
    paid = min(debt, points)
    lines = []
    if paid:
        lines.append(Line(debit_id=house, credit_id=one.debt, amount=paid))
    if points > paid:
        lines.append(
            Line(
                debit_id=house,
                credit_id=one.points,
                amount=points - paid,
                expires_at=dies_at,
            )
        )
    return lines


def _lot_postings(new: Sequence[Holding], entries: Sequence[UUID]) -> dict[UUID, int]:
    """Of each entry the posting that brought the points."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.entry_id, p.id FROM ledger_posting p"
            " WHERE p.entry_id = ANY (%s) AND p.credit_id = ANY (%s)",
            [list(entries), [one.points for one in new]],
        )
        return dict(cursor.fetchall())
