"""The charge, once, and the receipt."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from structlog import get_logger

from checkout import services as checkout_services
from checkout.errors import RequestInProgress
from checkout.services import Captured
from common.errors import DomainError
from counter import guests, keys, receipts
from counter.bill_forms import SALE, BillForm
from counter.place import SELL, Place, at_till, this_request
from counter.second import SecondForm, approved
from counter.views.bill import quoted
from ledger.errors import IdempotencyConflict
from stores.errors import ApprovalNeeded, CheckerRefused
from stores.models import Approval, Till

REFUND = "checkout.refund_sale"
APPROVED = _("A bill of one’s own, or a guest who is known")
log = get_logger(__name__)


@never_cache
@sensitive_post_parameters("payment_code", "secret")
@require_POST
@at_till(SELL)
def charge(request: HttpRequest, place: Place) -> HttpResponse:
    """Settle it, once: the same form again is answered with the same receipt."""
    try:
        key = keys.read(request.POST.get("key", ""), place.till, SALE)
    except DomainError as refusal:
        return _refused(request, place, str(refusal))
    done = receipts.sale_under(key, store=place.store)
    if done is not None:
        return _settled(request, place, done.pk, again=True)
    form = BillForm(request.POST, till=place.till)
    if not form.is_valid():
        return _refused(request, place, form.sentence)
    at = now()
    guest = guests.unsealed(request.POST.get("guest", ""), at=at)
    expected = _expected(request)
    by = place.act()
    number = _bill_number(place.till, by.business_date, key)
    reference = form.cleaned_data["reference"] or number

    def settle(approval: Approval | None) -> Captured:
        return checkout_services.capture(
            store=place.store,
            bill=form.bill(),
            whose=guest.whose,
            asked=form.asked(as_shown=True),
            tenders=form.tenders(expected),
            reference=reference,
            by=by,
            at=at,
            key=key,
            expected_due=expected,
            payment_code=request.POST.get("payment_code", "").strip()[:16] or None,
            callers=place.callers,
            approval=approval,
        )

    try:
        captured = _captured(request, place, settle, reference, at)
    except (RequestInProgress, IdempotencyConflict) as busy:
        answer = _refused(request, place, str(busy))
        answer["HX-Trigger"] = "ask-again"
        return answer
    except DomainError as refusal:
        return _refused(request, place, refusal)
    _follow_up(captured.sale_id)
    return _settled(request, place, captured.sale_id, again=captured.replayed)


@never_cache
@require_safe
@at_till(SELL, "checkout.view_sale")
def receipt(request: HttpRequest, place: Place, sale_id: UUID) -> HttpResponse:
    """A receipt of this store, to be printed again, or of one whose sales it takes back
    to whoever may do that.
    """
    return _receipt(request, place, sale_id, page=True)


def _captured(
    request: HttpRequest,
    place: Place,
    settle: Callable[[Approval | None], Captured],
    reference: str,
    at: datetime,
) -> Captured:
    """Alone, or with the second person who was named for a bill of one's own, or to
    vouch for a guest without a code.

    Raises CheckerRefused, ProofRefused and whatever the sale refuses.
    """
    if not request.POST.get("checker"):
        return settle(None)
    form = SecondForm(request.POST, place=place, act=SELL)
    if not form.is_valid():
        raise CheckerRefused
    return approved(
        settle,
        form=form,
        place=place,
        subject=checkout_services.subject_of_bill(reference),
        at=at,
        reason=str(APPROVED),
    )


def _refused(
    request: HttpRequest,
    place: Place,
    refusal: DomainError | str,
) -> HttpResponse:
    """The sentence above the quote as it is now; nothing has moved. Where it takes a
    second person, they are asked for below it.
    """
    context = quoted(request, place, refusal=str(refusal))
    if isinstance(refusal, ApprovalNeeded) or request.POST.get("checker"):
        approver = SecondForm(request.POST, place=place, act=SELL)
        approver.is_needed = True
        context["approver"] = approver
    answer = render(request, "counter/sale.html#quote", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#offers", "outerHTML"
    return answer


def _follow_up(sale_id: UUID) -> None:
    """Stamps and the coupon for the next visit, so that the receipt can name them; what
    fails here is done by the task that looks after every sale.
    """
    try:
        checkout_services.follow_up(sale_id=sale_id, request_id=this_request())
    except (DomainError, DatabaseError):
        log.exception("follow_up_failed", sale=str(sale_id))


def _settled(
    request: HttpRequest, place: Place, sale_id: UUID, *, again: bool
) -> HttpResponse:
    answer = _receipt(request, place, sale_id, page=False, again=again)
    answer["HX-Push-Url"] = reverse("counter:receipt", args=[sale_id])
    return answer


def _receipt(
    request: HttpRequest,
    place: Place,
    sale_id: UUID,
    *,
    page: bool,
    again: bool = False,
) -> HttpResponse:
    found = receipts.returnable_sale(sale_id=sale_id, store=place.store, at=now())
    if found is None or not (found.store_id == place.store.pk or place.may(REFUND)):
        raise Http404
    context = {
        "place": place,
        "can": place.can,
        "tab": "today" if page else "sale",
        "receipt": receipts.receipt_of(found),
        "again": again,
        "request_id": this_request(),
    }
    name = "counter/receipt.html" if page else "counter/receipt.html#desk"
    return render(request, name, context)


def _expected(request: HttpRequest) -> int:
    told = request.POST.get("due", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 15 else -1


def _bill_number(till: Till, day: date, key: str) -> str:
    """A number for a bill that has none of its own; the same for the same form."""
    return f"{till.code}-{day:%m%d}-{keys.short(key)}"
