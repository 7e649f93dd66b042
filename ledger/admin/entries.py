"""Entries: what happened, line by line."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Sum
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import RangeDateFilter

from common.admin import ReadOnlyAdmin
from common.exact_search import conditions, having
from common.money import format_amount, format_count
from common.tables import link, noted, number, table
from ledger.models import Account, Entry, Posting, Unit
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.act_forms import SecondPersonForm
from stores.admin.actors import ActedAdmin
from stores.admin.base import (
    action,
    display,
    posted,
    request_id,
    signed_in,
)
from stores.services.books import MENDABLE

from .words import slot_words

# A sweep or an import has thousands of lines and may be taken back line by line.
FOUND_AT_MOST = 1_000  # of those whose memo begins so
MOST_LINES = 100
MOST_REVERSALS = 20
# What an entry moved, added up by the database: however many lines, one row of a list.
MOVED = ArraySubquery(
    Posting.objects.filter(entry=OuterRef("pk"))
    .values("unit__code")
    .annotate(total=Sum("amount"))
    .order_by("unit__code")
    .values_list(JSONObject(code="unit__code", total="total"))
)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin[Entry], ActedAdmin[Entry]):
    """The day's entries of one's stores."""

    list_display = (
        "seq",
        "occurred_at",
        "badge",
        "moved",
        "place",
        "by",
        "memo",
    )
    list_display_links = ("seq", "occurred_at")
    export_columns = (
        "seq",
        "occurred_at",
        "business_date",
        "kind",
        "moved",
        "store",
        "till",
        "by",
        "memo",
    )
    list_filter = ("kind", "store", ("business_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("store", "till__store")
    search_fields = ("=id", "=seq")  # and the memo, as `get_search_results` says
    search_help_text = gettext_lazy("Number, id, or the beginning of the memo")
    ordering = ("-seq",)
    fields = (
        "seq",
        "kind",
        "occurred_at",
        "business_date",
        "lines",
        "memo",
        "undoes",
        "store",
        "till",
        "shift",
        "by",
        "approver",
        "recorded_at",
        "id",
        "request_id",
    )
    readonly_fields = ("by", "undoes", "lines", "id")
    actions_detail = ("reverse_entry",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """By number or id, or the beginning of the memo, each by its index."""
        text = search_term.strip()
        if not text:
            return queryset, False
        by_memo = Q(memo__istartswith=text) & ~Q(memo="")
        each = [*conditions(Entry, self.search_fields, text), by_memo]
        return having(queryset, each, most=FOUND_AT_MOST), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Each with what it moved, so that a page of entries asks once."""
        return super().get_queryset(request).annotate(totals=MOVED)

    @display(
        description=gettext_lazy("kind"),
        ordering="kind",
        label={
            Entry.Kind.SALE: "success",
            Entry.Kind.TOP_UP: "info",
            Entry.Kind.REVERSAL: "danger",
            Entry.Kind.ADJUSTMENT: "warning",
            Entry.Kind.EXPIRY: "warning",
        },
    )
    def badge(self, entry: Entry) -> tuple[str, str]:
        """The kind, as a badge."""
        return entry.kind, entry.get_kind_display()

    @display(description=gettext_lazy("moved"))
    def moved(self, entry: Entry) -> str:
        """The sum of the lines, unit by unit."""
        totals: list[dict[str, Any]] = vars(entry)["totals"]
        return " · ".join(format_amount(one["total"], one["code"]) for one in totals)

    @display(description=gettext_lazy("place"))
    def place(self, entry: Entry) -> str:
        """The till, or the store; nothing for what happens nowhere."""
        if entry.till:
            return unbroken(entry.till)
        return entry.store.code if entry.store else "–"

    @display(description=gettext_lazy("by"))
    def by(self, entry: Entry) -> str:
        """Who acted, on one line."""
        return unbroken(super().by(entry))

    @display(description=gettext_lazy("reverses"))
    def undoes(self, entry: Entry) -> str:
        """The entry that this one takes back, and those that took this one back."""
        related = [
            *([entry.reverses] if entry.reverses else []),
            *entry.reversals.order_by("seq")[:MOST_REVERSALS],
        ]
        links: str = format_html_join(
            " · ",
            '<a class="underline" href="{}">{}</a>',
            [(self.row_url(other), str(other)) for other in related],
        )
        return links

    @display(description=gettext_lazy("postings"))
    def lines(self, entry: Entry) -> str:
        """The first postings with both their accounts and what they held after it."""
        postings = entry.postings.select_related("unit", "debit", "credit")
        shown = list(postings.order_by("pk")[: MOST_LINES + 1])
        lines = table(
            [_("Debit"), _("Credit"), number(_("Amount"))],
            (
                (
                    _held(posting.debit, posting.debit_after, posting.unit),
                    _held(posting.credit, posting.credit_after, posting.unit),
                    format_amount(posting.amount, posting.unit.code),
                )
                for posting in shown[:MOST_LINES]
            ),
        )
        if len(shown) <= MOST_LINES:
            return lines
        left = entry.postings.count() - MOST_LINES
        more = ngettext("and %(count)s more", "and %(count)s more", left)
        return noted(lines, more % {"count": format_count(left)})

    def has_reverse_entry_permission(
        self, request: HttpRequest, object_id: str
    ) -> bool:
        """Of what was made by hand, at its own store."""
        entry = self.get_object(request, str(object_id))
        return entry.kind in MENDABLE and signed_in(request).has_perm(
            stores_services.REVERSE, entry
        )

    @action(
        description=gettext_lazy("Reverse"),
        url_path="reverse",
        permissions=["reverse_entry"],
        icon="undo",
    )
    def reverse_entry(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Take back all that is left of it, with a second person."""
        user, entry = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            stores_services.reverse_by_hand(
                entry_id=str(entry.pk),
                by=stores_services.Mending(
                    maker=user, **typed, at=now(), request_id=request_id(request)
                ),
            )
            return _("The entry is taken back.")

        return self.ask(
            request,
            form=SecondPersonForm(
                **posted(request),
                stores=stores_selectors.stores_for(user, stores_services.REVERSE),
                people=stores_selectors.checkers_for(user, stores_services.REVERSE),
            ),
            title=_("Reverse an entry"),
            button=_("Reverse"),
            lead=f"{entry} · {self.moved(entry)}",
            command=command,
            back=self.row_url(entry),
        )


def unbroken(words: object) -> str:
    """A short name on one line, which Chinese names otherwise are not."""
    span: str = format_html('<span class="whitespace-nowrap">{}</span>', words)
    return span


def _held(account: Account, balance: int | None, unit: Unit) -> str:
    """The account, and what it held then where that is kept."""
    named = link(account, reverse("admin:ledger_account_change", args=[account.pk]))
    if account.slot:
        slot = format_html(
            '<span class="text-font-subtle-light">{}</span>', slot_words(account)
        )
        named = format_html("{} {}", named, slot)
    if balance is None:
        return named
    then = _("then %(balance)s") % {"balance": format_amount(balance, unit.code)}
    return noted(named, then)
