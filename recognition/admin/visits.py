"""When members came."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy

from common.money import format_money
from recognition.models import Visit
from recognition.sources import CHECKOUT, source_words
from stores.admin.base import display
from stores.admin.references import ReferringAdmin
from stores.references import Reference

from .base import AboutMembersAdmin


class SourceFilter(admin.AllValuesFieldListFilter):
    """The sources there are, by what they are called."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Each in words."""
        for choice in super().choices(changelist):
            yield {**choice, "display": source_words(str(choice["display"]))}


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
        ("source", SourceFilter),
        ("voided_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("member", "store")
    search_fields = ("=member__id", "=reference")
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
