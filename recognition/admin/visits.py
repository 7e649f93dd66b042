"""When members came."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy

from common.exact_search import values_of
from common.money import format_money
from recognition.models import Visit
from recognition.sources import CHECKOUT, source_words
from stores.admin.base import display
from stores.admin.references import ReferringAdmin
from stores.references import Reference

from .base import AboutMembersAdmin


class SourceFilter(admin.SimpleListFilter):
    """The sources there are, by what they are called."""

    title = gettext_lazy("source")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Each in words."""
        return [(one, source_words(one)) for one in values_of(Visit, "source")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Visit]
    ) -> QuerySet[Visit]:
        """Those alone."""
        source = self.value()
        return queryset.filter(source=source) if source else queryset


@admin.register(Visit)
class VisitAdmin(ReferringAdmin[Visit], AboutMembersAdmin[Visit]):
    """The visits to one's stores."""

    store_path = "store"
    list_display = (
        "at",
        "member",
        "store",
        "spent",
        "came_from",
        "refers",
        "voided_at",
    )
    list_filter = (
        "store",
        SourceFilter,
        ("voided_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("member", "store")
    search_fields = ("=member__id", "=reference")
    search_behind: ClassVar = {"reference": ("source",)}
    fields = (
        "member",
        "store",
        "at",
        "business_date",
        "spent",
        "came_from",
        "refers",
        "voided_at",
        "bill",
    )
    readonly_fields = ("spent", "came_from", "refers", "bill")

    def reference_of(self, row: Visit) -> Reference:
        """A bill of our own tills is told by its id."""
        return ("sale" if row.source == CHECKOUT else "", row.reference)

    def reference_words(self, row: Visit) -> str:
        """A pass has no bill; others brought the numbers of theirs."""
        return "–" if row.source == "pass" else row.reference

    @display(description=gettext_lazy("source"), ordering="source")
    def came_from(self, visit: Visit) -> str:
        """Where it was noted."""
        return source_words(visit.source)

    @display(description=gettext_lazy("amount"), ordering="amount")
    def spent(self, visit: Visit) -> str:
        """The amount as money."""
        return format_money(visit.amount)

    @display(description=gettext_lazy("bill"))
    def bill(self, visit: Visit) -> str:
        """What was on it."""
        return (
            format_html_join(
                "",
                '<div class="num">{} × {} · {}</div>',
                (
                    (line.quantity, line.name, format_money(line.amount))
                    for line in visit.lines.order_by("pk")
                ),
            )
            or "–"
        )
