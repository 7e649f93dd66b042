"""Goods back and others for them, from a bill."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from checkout import services as checkout_services
from checkout.models import Exchange, Sale
from checkout.selectors.sales import notes_of
from checkout.services import ExchangeBill, ExchangeQuote
from common.errors import DomainError
from common.money import format_money
from counter import keys, receipts
from counter.exchange_forms import ExchangeForm
from counter.place import SELL, Place, at_till
from counter.second import SecondForm, approved
from counter.views.today import REFUND, VOID
from stores import selectors as stores_selectors
from stores.models import Till

WORD, UNDO = "exchange", "undo_exchange"  # the acts that keys are for


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(REFUND)
def exchange(request: HttpRequest, place: Place, sale_id: UUID) -> HttpResponse:
    """First the difference, then the exchange: the same form with what was told."""
    sale = receipts.returnable_sale(sale_id=sale_id, store=place.store, at=now())
    if sale is None or not place.may(SELL):
        raise Http404
    form = ExchangeForm(
        request.POST if request.method == "POST" else None,
        place=place,
        act=REFUND,
        lines=list(sale.lines.order_by("place")),
    )
    told = None
    if form.is_valid():
        try:
            if form.cleaned_data["told"] is not None:
                done = _exchange(request, place, sale, form)
                _say(request, done)
                return redirect("counter:receipt", sale_id=done.sale_id)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        told = _told(place, sale, form)
    return _page(request, place, sale, form, told)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(VOID)
def undo(request: HttpRequest, place: Place, sale_id: UUID) -> HttpResponse:
    """Undo the exchange that a bill of this shift came of: both halves or neither."""
    sale = receipts.sale_of(sale_id=sale_id, store=place.store)
    before = Exchange.objects.filter(sale=sale).select_related("refund__sale").first()
    if sale is None or before is None or not place.may(SELL):
        raise Http404
    form = SecondForm(
        request.POST if request.method == "POST" else None, place=place, act=VOID
    )
    if form.is_valid():
        try:
            done = _undo(request, place, sale, form)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_undone(request, done)
            return redirect("counter:receipt", sale_id=done.sale_id)
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "sale": sale,
        "exchange": before,
        "form": form,
        "key": request.POST.get("key") or keys.mint(place.till, UNDO),
    }
    return render(request, "counter/undo_exchange.html", context)


def _undo(request: HttpRequest, place: Place, sale: Sale, form: SecondForm) -> Exchange:
    at = now()
    key = keys.read(request.POST.get("key", ""), place.till, UNDO)
    by = place.act()
    return approved(
        lambda approval: checkout_services.undo_exchange(
            sale_id=sale.pk,
            reference=_bill_number(place.till, by.business_date, key),
            reason=form.cleaned_data["reason"],
            by=by,
            at=at,
            key=key,
            approval=approval,
        ),
        form=form,
        place=place,
        subject=checkout_services.subject_of(sale.pk),
        at=at,
    )


def _say_undone(request: HttpRequest, done: Exchange) -> None:
    if done.to_pay:
        said, amount = _("Undone. Take back in money: %(amount)s."), done.to_pay
    else:
        said, amount = _("Undone. Hand back in money: %(amount)s."), done.paid_out
    messages.success(request, said % {"amount": format_money(amount)})
    for note in notes_of(done.refund):
        messages.warning(request, note)


def _exchange(
    request: HttpRequest, place: Place, sale: Sale, form: ExchangeForm
) -> Exchange:
    """Do it, alone or with the one who stands beside."""
    typed, at = form.cleaned_data, now()
    key = keys.read(request.POST.get("key", ""), place.till, WORD)
    by = place.act()
    reference = typed["reference"] or _bill_number(place.till, by.business_date, key)
    return approved(
        lambda approval: checkout_services.exchange_sale(
            wanted=_wanted(sale, form),
            tenders=form.tenders(typed["told"]),
            reference=reference,
            reason=typed["reason"],
            by=by,
            at=at,
            key=key,
            expected_difference=typed["told"],
            approval=approval,
        ),
        form=form,
        place=place,
        subject=checkout_services.subject_of(sale.pk),
        at=at,
    )


def _told(place: Place, sale: Sale, form: ExchangeForm) -> ExchangeQuote | None:
    """What it would come to; a refusal is read on the form."""
    try:
        return checkout_services.quote_exchange(
            wanted=_wanted(sale, form), by=place.act(), at=now()
        )
    except DomainError as refusal:
        if not form.non_field_errors():
            form.add_error(None, str(refusal))
        return None


def _wanted(sale: Sale, form: ExchangeForm) -> ExchangeBill:
    typed = form.cleaned_data
    return ExchangeBill(
        sale_id=sale.pk,
        bill=form.bill,
        amount=typed["amount"],
        per_line=form.per_line,
        to=typed["to"],
    )


def _bill_number(till: Till, day: date, key: str) -> str:
    """A number for a new bill that has none of its own; the same for the same form."""
    return f"{till.code}-{day:%m%d}-{keys.short(key)}"


def _say(request: HttpRequest, done: Exchange) -> None:
    if done.to_pay:
        said = _("Exchanged. Paid in addition: %(amount)s.")
        amount = done.to_pay
    else:
        said = _("Exchanged. Hand back in money: %(amount)s.")
        amount = done.paid_out
    messages.success(request, said % {"amount": format_money(amount)})
    for note in notes_of(done.refund):
        messages.warning(request, note)


def _page(
    request: HttpRequest,
    place: Place,
    sale: Sale,
    form: ExchangeForm,
    told: ExchangeQuote | None,
) -> HttpResponse:
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "sale": sale,
        "form": form,
        "told": told,
        "handed_out": -told.difference if told else 0,
        "billed": form.bill.gross if told else 0,
        "service_charge": told.quote.gross - form.bill.gross if told else 0,
        "tenders": stores_selectors.tenders(place.store),
        "key": request.POST.get("key") or keys.mint(place.till, WORD),
    }
    return render(request, "counter/exchange.html", context)
