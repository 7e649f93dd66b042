"""What was sold today, found again, given back or voided."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from checkout import selectors as checkout_selectors
from checkout import services as checkout_services
from checkout.models import Sale
from checkout.selectors.sales import has_cash, is_wallet_closed, matching
from common.errors import DomainError
from common.money import format_money
from counter import keys, receipts
from counter.activity import activity_of, shifts_of, takings_of
from counter.place import Place, at_till
from counter.refund_forms import ElsewhereForm, RefundForm
from counter.second import SecondForm, approved
from stores import selectors as stores_selectors

REFUND: Final = "checkout.refund_sale"
VOID: Final = "checkout.void_sale"
MOST: Final = 100


@never_cache
@require_http_methods(["GET", "POST"])
@at_till("checkout.view_sale", in_shift=False)
def today(request: HttpRequest, place: Place) -> HttpResponse:
    """What was done at this till today; or the store's bills of today, or those that
    a search finds.
    """
    text = request.POST.get("text", "")[:80].strip()
    if not text and request.GET.get("of") != "store":
        return _at_this_till(request, place)
    day = stores_selectors.business_date(place.store, now())
    rows = Sale.objects.filter(store=place.store)
    rows = (
        rows.filter(pk__in=matching(text)) if text else rows.filter(business_date=day)
    )
    found = rows.select_related("member", "staff", "till").order_by("-at")[: MOST + 1]
    sales = list(found)
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "sales": sales[:MOST],
        "is_more": len(sales) > MOST,
        "takes_back": _takes_back(place),
        "given_back": checkout_selectors.given_back_here(place.store, day=day),
        "day": day,
        "text": text,
    }
    return render(request, "counter/today.html", context)


def _at_this_till(request: HttpRequest, place: Place) -> HttpResponse:
    shifts = shifts_of(place)
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "activity": activity_of(place, shifts),
        "takings": takings_of(place, shifts),
        "takes_back": _takes_back(place),
        "day": place.today,
    }
    return render(request, "counter/today.html", context)


def _takes_back(place: Place) -> bool:
    """Whether goods of other stores are taken back here, by this person."""
    stores = checkout_selectors.returnable_stores(place.store, at=now())
    return place.may(REFUND) and bool(stores)


@never_cache
@require_http_methods(["GET", "POST"])
@at_till(REFUND)
def elsewhere(request: HttpRequest, place: Place) -> HttpResponse:
    """A bill of another store, by what its receipt says, to be taken back here."""
    at = now()
    stores = checkout_selectors.returnable_stores(place.store, at=at)
    if not stores:
        raise Http404
    form = ElsewhereForm(request.POST if request.POST else None, stores=stores)
    if form.is_valid():
        sale = checkout_selectors.sold_elsewhere(
            **form.cleaned_data, at_store=place.store, at=at
        )
        if sale is not None:
            return redirect("counter:refund", sale_id=sale.pk)
        form.add_error(None, _("No bill with all of this is found at that store."))
    context = {"place": place, "can": place.can, "tab": "today", "form": form}
    return render(request, "counter/elsewhere.html", context)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(REFUND)
def refund(request: HttpRequest, place: Place, sale_id: UUID) -> HttpResponse:
    """Give back an amount, lines, or all that is left."""
    sale = _sale(place, sale_id, elsewhere=True)
    form = RefundForm(
        request.POST if request.method == "POST" else None,
        place=place,
        act=REFUND,
        lines=list(sale.lines.order_by("place")),
    )
    if form.is_valid():
        typed, at = form.cleaned_data, now()
        try:
            key = keys.read(request.POST.get("key", ""), place.till, "refund")
            done = approved(
                lambda approval: checkout_services.refund_sale(
                    sale_id=sale.pk,
                    reason=typed["reason"],
                    amount=typed["amount"],
                    per_line=form.per_line,
                    to=typed["to"],
                    by=place.act(),
                    at=at,
                    key=key,
                    approval=approval,
                ),
                form=form,
                place=place,
                subject=checkout_services.subject_of(sale.pk),
                at=at,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Refunded: %(amount)s. Hand back in money: %(paid)s.")
                % {
                    "amount": format_money(done.amount),
                    "paid": format_money(done.paid_out),
                },
            )
            return redirect("counter:refund_slip", refund_id=done.pk)
    return _page(request, place, sale, form, "refund")


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(VOID)
def void(request: HttpRequest, place: Place, sale_id: UUID) -> HttpResponse:
    """Undo a sale of this shift, as if it had not been."""
    sale = _sale(place, sale_id)
    form = SecondForm(
        request.POST if request.method == "POST" else None, place=place, act=VOID
    )
    if form.is_valid():
        at = now()
        try:
            key = keys.read(request.POST.get("key", ""), place.till, "void")
            done = approved(
                lambda approval: checkout_services.void_sale(
                    sale_id=sale.pk,
                    reason=form.cleaned_data["reason"],
                    by=place.act(),
                    at=at,
                    key=key,
                    approval=approval,
                ),
                form=form,
                place=place,
                subject=checkout_services.subject_of(sale.pk),
                at=at,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Voided. Hand back in money: %(paid)s.")
                % {"paid": format_money(done.paid_out)},
            )
            return redirect("counter:refund_slip", refund_id=done.pk)
    return _page(request, place, sale, form, "void")


def _sale(place: Place, sale_id: UUID, *, elsewhere: bool = False) -> Sale:
    """A sale of this store; another store's is not there, unless it is one that this
    store takes back.
    """
    found = receipts.returnable_sale(sale_id=sale_id, store=place.store, at=now())
    if found is None or not (elsewhere or found.store_id == place.store.pk):
        raise Http404
    return found


def _page(
    request: HttpRequest, place: Place, sale: Sale, form: SecondForm, word: str
) -> HttpResponse:
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "sale": sale,
        "form": form,
        "word": word,
        "key": request.POST.get("key") or keys.mint(place.till, word),
        "has_cash": has_cash(sale),
        "is_wallet_closed": is_wallet_closed(sale),
    }
    return render(request, "counter/refund.html", context)
