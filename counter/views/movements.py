"""What moved a guest's stored value and points lately: why it is what it is."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from counter import guests
from counter.place import Place, at_till
from points import selectors as points_selectors
from points.movement_words import movement_title
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from stores import selectors as stores_selectors

LATEST: Final = 20


@never_cache
@require_safe
@at_till("members.view_member")
def movements(request: HttpRequest, place: Place, public_id: UUID) -> HttpResponse:
    """The latest of both, each with what they held after it."""
    member = guests.member_of(public_id)
    if member is None:
        raise Http404
    held = stored_value_selectors.wallet(holder=Holder.member(member.pk), at=now())
    changes, _further = stored_value_selectors.changes(
        principal=held.accounts.principal, bonus=held.accounts.bonus
    )
    points = points_selectors.statement(member.pk, limit=LATEST)
    names = stores_selectors.names_of(
        [*(row.store_id for row in changes), *(row.store_id for row in points)]
    )
    context = {
        "place": place,
        "can": place.can,
        "tab": "sale",
        "member": member,
        "held": held,
        "points": points_selectors.balance(member.pk, now()),
        "changes": [
            (row, names.get(row.store_id or 0, "")) for row in changes[:LATEST]
        ],
        "points_changes": [
            (
                row,
                movement_title(row.kind),
                names.get(row.store_id or 0, ""),
            )
            for row in points
        ],
    }
    return render(request, "counter/movements.html", context)
