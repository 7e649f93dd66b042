"""Members' wallets: what each holds, and what may be done with it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stored_value import forms
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import Wallet
from stores import selectors as stores_selectors
from stores.admin.base import act_of, action, alone_or_beside, posted, signed_in

from .base import at_till, doing
from .clearing import ClearingPage
from .holders import HeldWalletAdmin

TRANSFER = "stored_value.transfer_value"
SET_CODE = "stored_value.set_payment_code"


@admin.register(Wallet)
class WalletAdmin(ClearingPage, HeldWalletAdmin[Wallet]):
    """What each member holds; members are the brand's, seen at every store."""

    held_by = "member"
    list_display = ("member", "principal_money", "bonus_money", "held_money", "state")
    list_select_related = ("member",)
    search_fields = ("=member__phone", "=member__id")
    search_help_text = gettext_lazy("Phone with country code, or number of the member")
    fields = (
        "member",
        "principal_money",
        "bonus_money",
        "held_money",
        "state",
        "lots",
        "statement",
        "opened_at",
    )
    actions_list = ("top_up", "clearing")
    actions_detail = (
        "pay",
        "refund",
        "hold",
        "transfer",
        "reactivate",
        "set_code",
        "close",
        "older",
    )
    export_columns = ("member_id", "principal", "bonus", "held", "status")

    def has_transfer_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, TRANSFER)

    def has_set_code_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, SET_CODE)

    @action(
        description=gettext_lazy("Transfer"),
        url_path="transfer",
        permissions=["transfer"],
        icon="swap_horiz",
    )
    def transfer(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give principal to another member."""

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at = now()
            alone_or_beside(
                request,
                typed,
                lambda approval: stored_value_services.transfer(
                    giver=self.holder_of(row),
                    taker=Holder.member(typed["taker"].pk),
                    amount=typed["amount"],
                    reason=typed["reason"],
                    by=doing(request, typed, at),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"member:{row.member_id}",
                at=at,
                shift=typed["shift"],
            )
            return _("The transfer is made.")

        form = at_till(request, forms.TransferForm, TRANSFER)
        return self._do(request, object_id, form, _("Transfer"), command)

    @action(
        description=gettext_lazy("Set the payment code"),
        url_path="set-code",
        permissions=["set_code"],
        icon="pin",
    )
    def set_code(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The member types six digits, and shows the phone or is known."""

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at = now()
            store = stores_selectors.stores_for(user, SET_CODE).order_by("pk").first()
            typed["reason"] = typed["reason"] or _("A payment code")
            alone_or_beside(
                request,
                typed,
                lambda approval: stored_value_services.set_payment_code(
                    member_id=row.member_id,
                    code=typed["code"],
                    rotating_code=typed["rotating_code"] or None,
                    by=act_of(request, at, store=store),
                    at=at,
                    approval=approval,
                ),
                subject=stored_value_services.subject_of_code(row.member_id),
                at=at,
                store=store,
            )
            return _("The payment code is set.")

        user = signed_in(request)
        people = stores_selectors.checkers_for(user, SET_CODE)
        form = forms.NewCodeForm(**posted(request), people=people)
        return self._do(request, object_id, form, _("Set the payment code"), command)
