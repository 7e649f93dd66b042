"""A month's statement of the wallet, to keep: as PDF and as CSV."""

from datetime import date
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.exports import csv_lines
from common.money import plain
from policies import selectors as policies_selectors
from policies.models import ShopPolicy
from portal.statement import MonthStatement, header, months_of, statement_of
from portal.statement_pdf import statement_pdf
from portal.visitors import Visitor, for_members
from stored_value import services as stored_value_services
from stored_value.plan_words import plans_in_words, refund_in_words


@never_cache
@require_safe
@for_members
def statements(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The months there are."""
    context = {"tab": "wallet", "months": months_of(visitor)}
    return render(request, "portal/statements.html", context)


@never_cache
@require_safe
@for_members
def statement(
    request: HttpRequest, visitor: Visitor, year: int, month: int, form: str
) -> HttpResponse:
    """One month's file; a month before joining or to come is not there."""
    wanted = next(
        (one for one in months_of(visitor) if (one.year, one.month) == (year, month)),
        None,
    )
    if wanted is None or form not in {"pdf", "csv"}:
        raise Http404
    told = statement_of(visitor, wanted)
    stored_value_services.record_statement(
        month=wanted, form=form, by=visitor.act(), at=visitor.at
    )
    if form == "csv":
        return _file(_csv(told), f"{wanted:%Y-%m}.csv", "text/csv; charset=utf-8")
    name = visitor.member.name
    brand = policies_selectors.in_force(ShopPolicy, at=visitor.at).brand
    made = statement_pdf(told, brand=brand, name=name)
    return _file(made, f"{wanted:%Y-%m}.pdf", "application/pdf")


@never_cache
@require_safe
@for_members
def plans(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What a top-up brings, and what would be paid back of it."""
    context = {
        "tab": "wallet",
        "plans": plans_in_words(at=visitor.at),
        "refund": refund_in_words(at=visitor.at),
    }
    return render(request, "portal/plans.html", context)


def _csv(told: MonthStatement) -> bytes:
    first = date(told.month.year, told.month.month, 1).isoformat()
    rows = [
        (first, _("At the beginning"), "", "", "", "", _number(told.opening)),
        *((*row[:3], *map(_number, row[3:])) for row in told.rows()),
        ("", _("At the end"), "", "", "", "", _number(told.closing)),
    ]
    return "".join(csv_lines(header(), rows)).encode()


def _number(amount: int) -> Decimal:
    """A number to a spreadsheet, also where it is below zero."""
    return Decimal(plain(amount))


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="statement-{name}"'
    return response
