"""The clearing between stores, as a page and as a file."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import exports
from common.money import format_count, format_money, plain
from common.tables import number, table
from stored_value import forms
from stored_value import selectors as stored_value_selectors
from stored_value.models import Wallet
from stored_value.selectors.clearing import net
from stores.admin.base import (
    ScopedAdmin,
    action,
    may_everywhere,
    record_export,
)
from stores.models import Store

CLEARING = "stored_value.view_clearing"
SHOWN = 200  # of 60 stores there are 3,600 pairs: the file has all of them


class ClearingPage(ScopedAdmin[Wallet]):
    """Who owes whom, over a period that one chooses."""

    def has_clearing_permission(self, request: HttpRequest) -> bool:
        """It shows every store, so only to who may see them all."""
        return may_everywhere(request, CLEARING)

    @action(
        description=gettext_lazy("Clearing between stores"),
        url_path="clearing",
        permissions=["clearing"],
        icon="balance",
    )
    def clearing(self, request: HttpRequest) -> HttpResponseBase:
        """Who owes whom, over a period; and the same as CSV."""
        if not self.has_clearing_permission(request):
            raise PermissionDenied
        today = localdate()
        first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        asked = request.GET if request.GET else None
        form = forms.PeriodForm(asked, initial={"since": first, "until": today})
        since, until = first, today
        if form.is_valid():
            since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        rows = stored_value_selectors.clearing(since=since, until=until)
        stores = Store.objects.in_bulk()
        names = {pk: str(store) for pk, store in stores.items()}
        header = [
            _("Topped up or sold at"),
            _("Spent or given back at"),
            _("Principal spent"),
            _("Principal paid out"),
            _("Bonus honoured"),
            _("Refunded"),
            _("Owed"),
        ]
        if request.GET.get("export") == "csv" and form.is_valid():
            codes = {pk: store.code for pk, store in stores.items()}
            record_export(
                request, what="stored_value.clearing", rows=len(rows), file="csv"
            )
            lines = exports.csv_lines(header, _written(rows, codes, plain))
            answer = StreamingHttpResponse(
                lines, content_type="text/csv; charset=utf-8"
            )
            answer["Content-Disposition"] = 'attachment; filename="clearing.csv"'
            return answer
        largest = sorted(rows, key=lambda row: row.owed, reverse=True)[:SHOWN]
        debts = sorted(net(rows), key=lambda debt: debt[2], reverse=True)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Clearing between stores"),
            "form": form,
            "table": table(
                [*header[:2], *map(number, header[2:])],
                _written(largest, names, format_money),
                nothing=_("Nothing was spent or given back in this period."),
            ),
            "debts": [
                {
                    "debtor": names.get(debtor or 0, _("The house")),
                    "creditor": names.get(creditor or 0, _("The house")),
                    "amount": amount,
                }
                for debtor, creditor, amount in debts[:SHOWN]
            ],
            "more_debts": format_count(max(0, len(debts) - SHOWN)),
            "shown": format_count(len(largest)),
            "rows": format_count(len(rows)),
            "is_cut": len(rows) > SHOWN,
        }
        return TemplateResponse(request, "stored_value/clearing.html", context)


def _written(
    rows: list[stored_value_selectors.ClearingRow],
    names: dict[int, str],
    money: Callable[[int], str],
) -> Iterator[list[object]]:
    for row in rows:
        amounts = (row.spent, row.paid_out, row.bonus, row.refunded, row.owed)
        yield [
            names.get(row.origin or 0, _("The house")),
            names.get(row.acceptor, ""),
            *(money(amount) for amount in amounts),
        ]
