"""A top-up, a gift card or a coupon sold is undone, with an approver where needed."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from common.money import format_money
from counter import keys
from counter.place import Place, at_till
from counter.second import SecondForm, approved
from counter.undo_acts import ANY_UNDO, UNDO_ACTS, Undo
from stores import selectors as stores_selectors


class UndoForm(SecondForm):
    """Why, and how the money is handed back where that is to be chosen."""

    tender = forms.ChoiceField(label=gettext_lazy("Paid back"), required=False)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@at_till(*ANY_UNDO)
def undo(request: HttpRequest, place: Place, kind: str, pk: int) -> HttpResponse:
    """Show what would go back, then do it once; another store's is not there."""
    act = UNDO_ACTS.get(kind)
    if act is None:
        raise Http404
    if not place.may(act.permission):
        raise PermissionDenied
    target = act.find(pk, place.store)
    if target is None:
        raise Http404
    form = UndoForm(
        request.POST if request.method == "POST" else None,
        place=place,
        act=act.permission,
    )
    if act.paid_by is not None:
        field = form.fields["tender"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type)
        field.choices = list(stores_selectors.tenders(place.store).items())
    else:
        del form.fields["tender"]
    at = now()
    if form.is_valid():
        typed = form.cleaned_data
        try:
            key = keys.read(request.POST.get("key", ""), place.till, kind)
            handed_back = approved(
                lambda approval: act.run(
                    Undo(
                        target=target,
                        tender=typed.get("tender") or "cash",
                        reason=typed["reason"],
                        by=place.act(),
                        at=at,
                        key=key,
                    ),
                    approval,
                ),
                form=form,
                place=place,
                subject=act.subject(target),
                at=at,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Undone. Hand back in money: %(amount)s.")
                % {"amount": format_money(handed_back)},
            )
            return redirect("counter:today")
    context = {
        "place": place,
        "can": place.can,
        "tab": "today",
        "act": act,
        "facts": act.facts(target, at),
        "form": form,
        "chosen": request.POST.get("tender")
        or (act.paid_by(target) if act.paid_by is not None else ""),
        "key": request.POST.get("key") or keys.mint(place.till, kind),
    }
    return render(request, "counter/undo.html", context)
