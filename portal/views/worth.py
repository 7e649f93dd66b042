"""What it was worth to be a member, each amount with the rows it is made of."""

from datetime import date
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkout import selectors as checkout_selectors
from checkout.selectors import BenefitKind
from portal.visitors import Visitor, for_members

DIGITS_OF_A_YEAR: Final = 4


@never_cache
@require_safe
@for_members
def worth(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Saved and received in a year, this one unless another is asked for; with `of`,
    the rows of one amount.
    """
    member = visitor.member
    this_year = visitor.today[0].year
    first_year = min(member.joined_at.astimezone(visitor.zone).year, this_year)
    year = _year(request, first_year, this_year)
    days = {"since": date(year, 1, 1), "until": date(year + 1, 1, 1)}
    found = checkout_selectors.benefits_of(member.pk, **days)
    sums = checkout_selectors.sum_by_kind(found)
    asked = request.GET.get("of", "")
    kind = BenefitKind(asked) if asked in BenefitKind.values else None
    context = {
        "tab": "me",
        "year": year,
        "years": range(this_year, first_year - 1, -1),
        "sums": sums,
        "total": sum(amount for _kind, amount in sums),
        "spent": checkout_selectors.spent_on_bills(member.pk, **days),
        "kind": kind,
        "rows": [one for one in found if one.kind == kind],
        "rows_total": dict(sums).get(kind, 0) if kind is not None else 0,
    }
    return render(request, "portal/worth.html", context)


@never_cache
@require_safe
@for_members
def bill(request: HttpRequest, visitor: Visitor, sale_id: UUID) -> HttpResponse:
    """One bill: what was on it, what was taken off, how it was paid."""
    mine = checkout_selectors.of_member(visitor.member.pk)
    sale = mine.filter(pk=sale_id).first()
    if sale is None:
        raise Http404
    context = {
        "tab": "me",
        "sale": sale,
        "lines": checkout_selectors.line_documents(sale),
        "discounts": sale.discounts.order_by("place"),
        "payments": sale.payments.order_by("place"),
    }
    return render(request, "portal/bill.html", context)


def _year(request: HttpRequest, first: int, last: int) -> int:
    """The year that is asked for, if there is something to tell of it."""
    typed = request.GET.get("year", "")
    is_year = typed.isascii() and typed.isdecimal() and len(typed) == DIGITS_OF_A_YEAR
    return int(typed) if is_year and first <= int(typed) <= last else last
