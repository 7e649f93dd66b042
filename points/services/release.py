"""Pending points become usable: at their second, by the sweep or when they are used."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from ledger import services as ledger_services
from ledger.errors import LedgerError
from ledger.kinds import EntryKind
from ledger.services import Act, Line
from points.models import Accrual

from .holding import Holding, holdings_of

CHUNK = 500


def release_due(*, at: datetime, by: Act, chunk: int = CHUNK) -> int:
    """Release everything that is due, chunk by chunk; how many accruals.

    Each chunk is a transaction of its own: safe to stop anywhere and to run again. A
    member whose account is frozen or closed waits, and holds up nobody else.
    """
    done, after = 0, 0
    while True:
        due = list(
            Accrual.objects.filter(pending__gt=0, usable_from__lte=at, pk__gt=after)
            .order_by("pk")
            .values_list("pk", "member_id")[:chunk]
        )
        if not due:
            return done
        after = due[-1][0]
        try:
            done += _release([pk for pk, _member in due], at=at, by=by)
        except LedgerError:
            for pk, _member in due:
                done += _alone(pk, at=at, by=by)


def _alone(pk: int, *, at: datetime, by: Act) -> int:
    try:
        return _release([pk], at=at, by=by)
    except LedgerError:
        return 0


@transaction.atomic(savepoint=False)
def release_due_step(*, member_id: int, at: datetime, by: Act) -> int:
    """A step of spending: what is due of one member is usable from its very second."""
    due = list(
        Accrual.objects.filter(
            member_id=member_id, pending__gt=0, usable_from__lte=at
        ).values_list("pk", flat=True)
    )
    return _release(due, at=at, by=by) if due else 0


@transaction.atomic
def _release(pks: Sequence[int], *, at: datetime, by: Act) -> int:
    """Move what is pending of these accruals; what they owe is paid on the way."""
    members = sorted(
        set(Accrual.objects.filter(pk__in=pks).values_list("member_id", flat=True))
    )
    holdings = holdings_of(members)
    debts = ledger_services.lock_accounts(
        [
            account
            for held in holdings.values()
            for account in (held.pending, held.points, held.debt, held.growth)
        ]
    )
    due = Accrual.objects.filter(
        pk__in=pks, pending__gt=0, usable_from__lte=at, member_id__in=members
    ).order_by("member_id", "pk")
    lines: list[Line] = []
    places: list[tuple[Accrual, int, int | None]] = []  # debt paid, place of the lot
    for member_id, accruals in groupby(due, key=lambda accrual: accrual.member_id):
        held = holdings[member_id]
        debt = debts[held.debt]
        for accrual in accruals:
            pays = min(debt, accrual.pending)
            debt -= pays
            place = _add(lines, accrual, held, pays)
            places.append((accrual, pays, place))
    if not places:
        return 0
    posted = ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key=f"points:release:{places[0][0].pk}:{places[-1][0].pk}:{at.isoformat()}",
        at=at,
        act=by,
        lines=lines,
    )
    for accrual, pays, place in places:
        Accrual.objects.filter(pk=accrual.pk).update(
            pending=0,
            debt_paid=accrual.debt_paid + pays,
            lot_posting=None if place is None else posted.posting_ids[place],
        )
    return len(places)


def _add(lines: list[Line], accrual: Accrual, held: Holding, pays: int) -> int | None:
    """Its lines; the place of the one that makes the lot."""
    if pays:
        lines.append(Line(debit_id=held.pending, credit_id=held.debt, amount=pays))
    if accrual.pending == pays:
        return None
    lines.append(
        Line(
            debit_id=held.pending,
            credit_id=held.points,
            amount=accrual.pending - pays,
            expires_at=accrual.expires_at,
        )
    )
    return len(lines) - 1
