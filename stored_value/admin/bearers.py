"""Bearer wallets: what cards hold that belong to nobody by name."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards import services as cards_services
from cards.models import Card
from cards.numbers import normalise
from stored_value import forms
from stored_value.models import BearerWallet
from stores import selectors as stores_selectors
from stores.act_forms import AtStoreForm
from stores.admin.base import act_of, action, display, posted, signed_in

from .holders import HeldWalletAdmin

LOSE = "cards.report_loss"
FIND = "cards.find_card"
Status = Card.Status


@admin.register(BearerWallet)
class BearerWalletAdmin(HeldWalletAdmin[BearerWallet]):
    """What each card holds that is bound to no member; found by its whole number."""

    held_by = "card"
    list_display = (
        "masked",
        "principal_money",
        "bonus_money",
        "held_money",
        "state",
        "opened_at",
    )
    list_select_related = ("card__kind",)
    search_fields = ("=card__number",)
    search_help_text = gettext_lazy("Whole number of the card")
    fields = (
        "card",
        "principal_money",
        "bonus_money",
        "held_money",
        "state",
        "lots",
        "statement",
        "opened_at",
    )
    pay_form = forms.BearerPayForm
    top_up_form = forms.BearerTopUpForm
    actions_list = ("top_up",)
    actions_detail = (
        "pay",
        "refund",
        "hold",
        "reactivate",
        "freeze",
        "release",
        "close",
        "older",
    )
    export_columns = ("masked", "principal", "bonus", "held", "status")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BearerWallet], search_term: str
    ) -> tuple[QuerySet[BearerWallet], bool]:
        """The card's number as it is typed or scanned."""
        if not search_term.strip():
            return queryset, False
        number = normalise(search_term)
        found = queryset.filter(card__number=number) if number else queryset.none()
        return found, False

    def shown_as(self, row: BearerWallet) -> str:
        """The last four digits, and what kind of card it is."""
        return f"{super().shown_as(row)} · {row.card.kind}"

    @display(description=gettext_lazy("bearer card"))
    def masked(self, row: BearerWallet) -> str:
        """The last four digits."""
        return row.card.masked

    def has_freeze_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While its card is in use."""
        card = self.get_object(request, str(object_id)).card
        return card.status == Status.ACTIVE and signed_in(request).has_perm(LOSE)

    def has_release_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While its card is reported lost."""
        card = self.get_object(request, str(object_id)).card
        return card.status == Status.LOST and signed_in(request).has_perm(FIND)

    @action(
        description=gettext_lazy("Freeze"),
        url_path="freeze",
        permissions=["freeze"],
        icon="ac_unit",
    )
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Report the card lost: nothing on it can be spent from this moment."""
        return self._turn(request, object_id, frozen=True)

    @action(
        description=gettext_lazy("Release"),
        url_path="release",
        permissions=["release"],
        icon="lock_open",
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The card was found: what its loss report froze can be spent again."""
        return self._turn(request, object_id, frozen=False)

    def _turn(
        self, request: HttpRequest, object_id: str, *, frozen: bool
    ) -> HttpResponseBase:
        user = signed_in(request)
        row = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            by = act_of(request, at, store=typed["store"])
            if frozen:
                cards_services.report_loss(card_id=row.card_id, by=by, at=at)
                return _("The card is frozen.")
            cards_services.report_found(card_id=row.card_id, by=by, at=at)
            return _("The card can be used again.")

        mine = stores_selectors.stores_for(user, LOSE if frozen else FIND)
        return self.ask(
            request,
            form=AtStoreForm(
                **posted(request), stores=mine.filter(is_active=True).order_by("code")
            ),
            title=_("Report lost") if frozen else _("Found again"),
            button=_("Freeze") if frozen else _("Release"),
            lead=self.shown_as(row),
            command=command,
            back=self.row_url(row),
        )
