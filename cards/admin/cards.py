"""Cards: looked up by their whole number, mended by commands, edited by nobody."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.forms import BindForm, IssueForm, PaidForm, ScanForm
from cards.models import DEAD, Card, CardKind
from cards.numbers import normalise
from common.admin import ReadOnlyAdmin
from common.tables import moment, table, zone_of
from ledger.services import Act
from stores import selectors as stores_selectors
from stores.act_forms import AtStoreForm
from stores.admin.base import ScopedAdmin, act_of, action, display, posted, signed_in
from stores.models import Store

SHOWN = 30
Status = Card.Status


@admin.register(Card)
class CardAdmin(ReadOnlyAdmin[Card], ScopedAdmin[Card]):
    """Every card; numbers are shown by their last four digits."""

    store_path = None
    list_display = ("masked", "kind", "state", "member", "issued_at", "expires_at")
    list_filter = ("status", "kind")
    list_select_related = ("kind", "member")
    search_fields = ("=number", "=member__id")
    search_help_text = gettext_lazy("Whole number of the card, or of the member")
    ordering = ("-pk",)
    fields = (
        "masked",
        "kind",
        "state",
        "member",
        "store",
        "issued_at",
        "expires_at",
        "replaced_by",
        "events",
    )
    readonly_fields = ("masked", "state", "events")
    actions_list = ("issue",)
    actions_detail = ("bind", "lose", "find", "replace", "renew", "close")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Card], search_term: str
    ) -> tuple[QuerySet[Card], bool]:
        """A number as it is typed or scanned; else the number of a member."""
        number = normalise(search_term)
        if number:
            return queryset.filter(number=number), False
        wanted = search_term.strip()
        if wanted.isdecimal() and len(wanted) < 19:
            return queryset.filter(member_id=int(wanted)), False
        return (queryset.none() if wanted else queryset), False

    @display(description=gettext_lazy("number"))
    def masked(self, card: Card) -> str:
        """The last four digits."""
        return card.masked

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={
            "active": "success",
            "stock": "info",
            "lost": "danger",
            "expired": "warning",
            "replaced": "warning",
            "closed": "warning",
        },
    )
    def state(self, card: Card) -> tuple[str, str]:
        """As a badge; over at the very second."""
        if card.status == Status.ACTIVE and not card.is_usable(now()):
            return Status.EXPIRED.value, str(Status.EXPIRED.label)
        return card.status, card.get_status_display()

    @display(description=gettext_lazy("history"))
    def events(self, card: Card) -> str:
        """What happened to it."""
        rows = cards_selectors.events_of(card.pk).select_related("staff", "store")
        return table(
            [_("At"), _("What happened"), _("Staff member"), _("Store")],
            (
                (
                    moment(row.at, zone_of(row)),
                    row.get_happening_display(),
                    row.staff,
                    row.store,
                )
                for row in rows[:SHOWN]
            ),
            nothing=_("Nothing yet."),
        )

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Anywhere at all; the form offers only the right stores."""
        return signed_in(request).has_perm("cards.issue_card")

    def has_bind_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Only an anonymous one that is active."""
        card = self.get_object(request, str(object_id))
        return card.member_id is None and self._may(
            request, "bind_card", card, Status.ACTIVE
        )

    def has_lose_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Only an active one."""
        card = self.get_object(request, str(object_id))
        return self._may(request, "report_loss", card, Status.ACTIVE)

    def has_find_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Only a lost one."""
        card = self.get_object(request, str(object_id))
        return self._may(request, "find_card", card, Status.LOST)

    def has_replace_permission(self, request: HttpRequest, object_id: str) -> bool:
        """An active or a lost one."""
        card = self.get_object(request, str(object_id))
        return self._may(request, "replace_card", card, Status.ACTIVE, Status.LOST)

    def has_renew_permission(self, request: HttpRequest, object_id: str) -> bool:
        """One that ends, or has ended."""
        card = self.get_object(request, str(object_id))
        return card.expires_at is not None and self._may(
            request, "renew_card", card, Status.ACTIVE, Status.EXPIRED
        )

    def has_close_permission(self, request: HttpRequest, object_id: str) -> bool:
        """One that is not dead already."""
        card = self.get_object(request, str(object_id))
        alive = [status for status in Status if status not in DEAD]
        return self._may(request, "close_card", card, *alive)

    def _may(
        self, request: HttpRequest, verb: str, card: Card, *statuses: Status
    ) -> bool:
        return card.status in statuses and signed_in(request).has_perm(f"cards.{verb}")

    @action(
        description=gettext_lazy("Issue a card"),
        url_path="issue",
        permissions=["issue"],
        icon="add_card",
    )
    def issue(self, request: HttpRequest) -> HttpResponseBase:
        """To a member; an anonymous one to whoever pays."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            card = cards_services.issue(
                kind_id=typed["kind"].pk,
                member_id=typed["member"],
                number=typed["number"],
                tender=typed["tender"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("Card %(card)s is issued.") % {"card": card}

        kinds = CardKind.objects.filter(is_active=True).order_by("code")
        return self.ask(
            request,
            form=IssueForm(
                **posted(request),
                kinds=kinds,
                stores=self._stores(request, "issue_card"),
            ),
            title=_("Issue a card"),
            button=_("Issue"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Bind to a member"),
        url_path="bind",
        permissions=["bind"],
        icon="person_add",
    )
    def bind(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What is on it goes into the member's wallet."""
        card = self.get_object(request, object_id)

        def act(typed: dict[str, Any], by: Act, at: Any) -> str:
            cards_services.bind(
                card_id=card.pk,
                member_id=typed["member"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("The card now belongs to the member.")

        form = BindForm(**posted(request), stores=self._stores(request, "bind_card"))
        return self._mend(request, card, form, _("Bind to a member"), act)

    @action(
        description=gettext_lazy("Report lost"),
        url_path="lose",
        permissions=["lose"],
        icon="report",
    )
    def lose(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """It cannot be used from this moment."""
        card = self.get_object(request, object_id)

        def act(typed: dict[str, Any], by: Act, at: Any) -> str:
            cards_services.report_loss(card_id=card.pk, by=by, at=at)
            return _("The card is frozen.")

        form = AtStoreForm(
            **posted(request), stores=self._stores(request, "report_loss")
        )
        return self._mend(request, card, form, _("Report lost"), act)

    @action(
        description=gettext_lazy("Found again"),
        url_path="find",
        permissions=["find"],
        icon="search_check",
    )
    def find(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The loss report is taken back."""
        card = self.get_object(request, object_id)

        def act(typed: dict[str, Any], by: Act, at: Any) -> str:
            cards_services.report_found(card_id=card.pk, by=by, at=at)
            return _("The card can be used again.")

        form = AtStoreForm(**posted(request), stores=self._stores(request, "find_card"))
        return self._mend(request, card, form, _("Found again"), act)

    @action(
        description=gettext_lazy("Replace"),
        url_path="replace",
        permissions=["replace"],
        icon="published_with_changes",
    )
    def replace(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Value follows; the old number is dead."""
        card = self.get_object(request, object_id)

        def act(typed: dict[str, Any], by: Act, at: Any) -> str:
            new = cards_services.replace(
                card_id=card.pk,
                number=typed["number"],
                tender=typed["tender"],
                key=typed["key"],
                by=by,
                at=at,
            )
            return _("Card %(card)s takes its place.") % {"card": new}

        form = ScanForm(**posted(request), stores=self._stores(request, "replace_card"))
        return self._mend(request, card, form, _("Replace"), act)

    @action(
        description=gettext_lazy("Renew"),
        url_path="renew",
        permissions=["renew"],
        icon="update",
    )
    def renew(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """For another term."""
        card = self.get_object(request, object_id)

        def act(typed: dict[str, Any], by: Act, at: Any) -> str:
            cards_services.renew(
                card_id=card.pk, tender=typed["tender"], key=typed["key"], by=by, at=at
            )
            return _("The card is renewed.")

        form = PaidForm(**posted(request), stores=self._stores(request, "renew_card"))
        return self._mend(request, card, form, _("Renew"), act)

    @action(
        description=gettext_lazy("Close the card"),
        url_path="close",
        permissions=["close"],
        icon="cancel",
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """For ever."""
        card = self.get_object(request, object_id)

        def act(typed: dict[str, Any], by: Act, at: Any) -> str:
            cards_services.close(card_id=card.pk, by=by, at=at)
            return _("The card is closed.")

        form = AtStoreForm(
            **posted(request), stores=self._stores(request, "close_card")
        )
        return self._mend(request, card, form, _("Close the card"), act)

    def _mend(
        self,
        request: HttpRequest,
        card: Card,
        form: forms.Form,
        title: str,
        act: Callable[[dict[str, Any], Act, Any], str],
    ) -> HttpResponseBase:
        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            return act(typed, by, at)

        return self.ask(
            request,
            form=form,
            title=title,
            button=title,
            lead=f"{card} · {card.kind}",
            command=command,
            back=self.row_url(card),
        )

    def _stores(self, request: HttpRequest, verb: str) -> QuerySet[Store]:
        mine = stores_selectors.stores_for(signed_in(request), f"cards.{verb}")
        return mine.filter(is_active=True).order_by("code")
