"""Slips, printed again: of a refund, a gift card, a coupon, a visit on a pass."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkout.models import Refund
from checkout.selectors.sales import notes_of
from counter import receipts
from counter.activity import VISIT_ACTS, entry_activity, payment_name
from counter.place import Place, at_till
from coupons.models import Coupon
from ledger import statements as ledger_statements
from ledger.shift_entries import till_entry
from stores.models import AuditEvent, Till


@never_cache
@require_safe
@at_till("checkout.view_sale")
def refund_slip(request: HttpRequest, place: Place, refund_id: UUID) -> HttpResponse:
    """What came back and how, and what the guest holds since."""
    rows = Refund.objects.filter(pk=refund_id, store=place.store)
    refund = rows.select_related(
        "sale__store", "sale__member", "store", "shift__till", "staff", "approver"
    ).first()
    if refund is None:
        raise Http404
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "refund": refund,
        "lines": receipts.refunded_lines(refund),
        "parts": receipts.refunded_parts(refund),
        "held": receipts.held_now(refund.sale, at=now()),
        "notes": notes_of(refund),
    }
    return render(request, "counter/refund_slip.html", context)


@never_cache
@require_safe
@at_till("checkout.view_sale")
def entry_slip(request: HttpRequest, place: Place, entry_id: UUID) -> HttpResponse:
    """What else was sold or paid out at this store, and how it was paid."""
    entry = till_entry(entry_id=entry_id, store_id=place.store.pk)
    if entry is None:
        raise Http404
    moved = ledger_statements.payments_moved(entry_ids=[entry.id]).get(entry.id, {})
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "activity": entry_activity(entry, place),
        "till": Till.objects.get(pk=entry.till_id),
        "tenders": [(payment_name(*way), amount) for way, amount in moved.items()],
    }
    return render(request, "counter/entry_slip.html", context)


@never_cache
@require_safe
@at_till("checkout.view_sale")
def visit_slip(request: HttpRequest, place: Place, event_id: int) -> HttpResponse:
    """A visit that a pass paid for: which pass, and how many are left."""
    rows = AuditEvent.objects.filter(
        pk=event_id, store=place.store, act__in=VISIT_ACTS
    ).select_related("staff", "till")
    event = rows.first()
    if event is None:
        raise Http404
    coupon = Coupon.objects.select_related("version", "member").get(
        pk=int(event.subject_id)
    )
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "event": event,
        "coupon": coupon,
        "uses_left": event.facts.get("uses_left"),
        "is_back": event.act == VISIT_ACTS[1],
    }
    return render(request, "counter/visit_slip.html", context)
