"""Wallets: what each member holds, and what may be done with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from ledger.kinds import AccountKind, EntryKind
from stored_value import forms
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import Wallet
from stored_value.services import Tender
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.admin.base import (
    ScopedAdmin,
    action,
    display,
    posted,
    request_id,
    signed_in,
)

from .base import approved, at_till, doing
from .clearing import ClearingPage

TOP_UP = "stored_value.top_up_wallet"
SPEND = "stored_value.spend_wallet"
REFUND = "stored_value.refund_spend"
TRANSFER = "stored_value.transfer_value"
CLOSE = "stored_value.close_wallet"
SET_CODE = "stored_value.set_payment_code"
HOLD = "stored_value.hold_value"


@admin.register(Wallet)
class WalletAdmin(ClearingPage, ReadOnlyAdmin[Wallet], ScopedAdmin[Wallet]):
    """What each member holds; members are the brand's, seen at every store."""

    store_path = None
    list_display = ("member", "principal_money", "bonus_money", "held_money", "state")
    list_filter = ("status",)
    list_select_related = ("member",)
    search_fields = ("=member__phone", "=member__id")
    search_help_text = gettext_lazy("Phone with country code, or number of the member")
    ordering = ("-pk",)
    fields = (
        "member",
        "principal_money",
        "bonus_money",
        "held_money",
        "state",
        "lots",
        "opened_at",
    )
    readonly_fields = ("principal_money", "bonus_money", "held_money", "state", "lots")
    actions_list = ("top_up", "clearing")
    actions_detail = (
        "pay",
        "refund",
        "hold",
        "transfer",
        "reactivate",
        "set_code",
        "close",
    )
    export_columns = ("member_id", "principal", "bonus", "held", "status")

    @display(description=gettext_lazy("principal"), ordering="principal")
    def principal_money(self, row: Wallet) -> str:
        """What the member paid in."""
        return format_money(row.principal)

    @display(description=gettext_lazy("bonus"), ordering="bonus")
    def bonus_money(self, row: Wallet) -> str:
        """What was given on top."""
        return format_money(row.bonus)

    @display(description=gettext_lazy("held"), ordering="held")
    def held_money(self, row: Wallet) -> str:
        """What is set aside."""
        return format_money(row.held)

    @display(
        description=gettext_lazy("status"),
        label={"open": "success", "frozen": "danger", "closed": "info"},
    )
    def state(self, row: Wallet) -> tuple[str, str]:
        """The status of its principal, as a badge."""
        words = {"open": _("Open"), "frozen": _("Frozen"), "closed": _("Closed")}
        return row.status, words.get(row.status, row.status)

    @display(description=gettext_lazy("lots"))
    def lots(self, row: Wallet) -> str:
        """The balance explained, in the order in which it would be spent."""
        found = stored_value_selectors.explained(holder=_holder(row), at=now())
        lots = [
            {
                "kind": AccountKind(lot.kind).label,
                "entry": EntryKind(lot.entry_kind).label,
                "url": reverse("admin:ledger_entry_change", args=[lot.entry_id]),
                "initial": lot.initial,
                "remaining": lot.remaining,
                "expires_at": lot.expires_at,
            }
            for lot in found
        ]
        return render_to_string("stored_value/lots.html", {"lots": lots})

    def _may(self, request: HttpRequest, object_id: str, permission: str) -> bool:
        row = self.get_object(request, str(object_id))
        return row.status == "open" and signed_in(request).has_perm(permission)

    def has_top_up_permission(self, request: HttpRequest) -> bool:
        """Anywhere at all; the form offers only the right tills."""
        return signed_in(request).has_perm(TOP_UP)

    def has_pay_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, SPEND)

    def has_refund_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, REFUND)

    def has_hold_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, HOLD)

    def has_transfer_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, TRANSFER)

    def has_reactivate_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open, and something of it rests."""
        return self._may(request, object_id, TOP_UP) and bool(self._rests(object_id))

    def _rests(self, object_id: str) -> int:
        holder = Holder.member(Wallet.objects.get(pk=object_id).member_id)
        return stored_value_selectors.wallet(holder=holder, at=now()).lapsed

    def has_set_code_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, SET_CODE)

    def has_close_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open."""
        return self._may(request, object_id, CLOSE)

    @action(
        description=gettext_lazy("Top up"),
        url_path="top-up",
        permissions=["top_up"],
        icon="add_card",
    )
    def top_up(self, request: HttpRequest) -> HttpResponseBase:
        """Take money in at an open till."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            row = stored_value_services.top_up(
                holder=Holder.member(typed["member"].pk),
                tenders=[Tender(typed["tender"], typed["amount"])],
                plan_id=typed["plan"].pk if typed["plan"] else None,
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("%(paid)s is topped up, with %(bonus)s on top.") % {
                "paid": format_money(row.paid),
                "bonus": format_money(row.bonus),
            }

        return self.ask(
            request,
            form=at_till(request, forms.TopUpForm, TOP_UP),
            title=_("Top up"),
            button=_("Take payment"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Take payment"),
        url_path="pay",
        permissions=["pay"],
        icon="payments",
    )
    def pay(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A plain payment from the wallet."""

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at = now()
            paid = stored_value_services.spend(
                holder=_holder(row),
                amount=typed["amount"],
                payment_code=typed["payment_code"] or None,
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("Paid: %(principal)s principal, %(bonus)s bonus.") % {
                "principal": format_money(paid.principal),
                "bonus": format_money(paid.bonus),
            }

        form = at_till(request, forms.PayForm, SPEND)
        return self._do(request, object_id, form, _("Take payment"), command)

    @action(
        description=gettext_lazy("Refund a payment"),
        url_path="refund",
        permissions=["refund"],
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give one of the latest payments back, into the lots it was taken from."""
        holder = _holder(self.get_object(request, object_id))
        payments = stored_value_selectors.payments_of(holder=holder)

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at, entry_id = now(), UUID(typed["payment"])
            left = stored_value_selectors.left_of_payment(entry_id=entry_id)
            back = stored_value_services.refund_spend(
                entry_id=entry_id,
                amount=typed["amount"],
                reason=typed["reason"],
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
                approval=approved(
                    request,
                    typed,
                    permission=REFUND,
                    amount=typed["amount"] or left,
                    subject=f"entry:{entry_id}",
                    at=at,
                ),
            )
            return _("Given back: %(principal)s principal, %(bonus)s bonus.") % {
                "principal": format_money(back.principal),
                "bonus": format_money(back.bonus),
            }

        form = at_till(request, forms.RefundForm, REFUND)
        form.offer(
            [
                (str(one.entry_id), f"{_when(one.at)} · {format_money(one.amount)}")
                for one in payments
            ]
        )
        return self._do(request, object_id, form, _("Refund a payment"), command)

    @action(
        description=gettext_lazy("Hold"),
        url_path="hold",
        permissions=["hold"],
        icon="lock_clock",
    )
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Set an amount aside for a booking."""

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at = now()
            placed = stored_value_services.hold(
                holder=_holder(row),
                amount=typed["amount"],
                note=typed["note"],
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("%(amount)s is held.") % {"amount": format_money(placed.amount)}

        form = at_till(request, forms.HoldForm, HOLD)
        return self._do(request, object_id, form, _("Hold"), command)

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
            stored_value_services.transfer(
                giver=_holder(row),
                taker=Holder.member(typed["taker"].pk),
                amount=typed["amount"],
                reason=typed["reason"],
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
                approval=approved(
                    request,
                    typed,
                    permission=TRANSFER,
                    amount=typed["amount"],
                    subject=f"member:{row.member_id}",
                    at=at,
                ),
            )
            return _("The transfer is made.")

        form = at_till(request, forms.TransferForm, TRANSFER)
        return self._do(request, object_id, form, _("Transfer"), command)

    @action(
        description=gettext_lazy("Give back what rests"),
        url_path="reactivate",
        permissions=["reactivate"],
        icon="restart_alt",
    )
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Principal that lapsed and is owed all the same can be spent again."""
        rests = format_money(self._rests(object_id))

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at = now()
            stored_value_services.reactivate(
                holder=_holder(row),
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("%(amount)s can be spent again.") % {"amount": rests}

        form = at_till(request, forms.AtTillForm, TOP_UP)
        title = _("Give back what rests: %(amount)s") % {"amount": rests}
        return self._do(request, object_id, form, title, command)

    @action(
        description=gettext_lazy("Set the payment code"),
        url_path="set-code",
        permissions=["set_code"],
        icon="pin",
    )
    def set_code(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The member types six digits."""

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at, user = now(), signed_in(request)
            stores = stores_selectors.stores_for(user, SET_CODE)
            stored_value_services.set_payment_code(
                member_id=row.member_id,
                code=typed["code"],
                by=stores_services.act(
                    staff=user,
                    store=stores.order_by("pk").first(),
                    at=at,
                    request_id=request_id(request),
                ),
                at=at,
            )
            return _("The payment code is set.")

        form = forms.NewCodeForm(**posted(request))
        return self._do(request, object_id, form, _("Set the payment code"), command)

    @action(
        description=gettext_lazy("Close"),
        url_path="close",
        permissions=["close"],
        icon="do_not_disturb_on",
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Pay out the principal, end the bonus; for ever."""

        def command(row: Wallet, typed: dict[str, Any]) -> str:
            at = now()
            held = stored_value_selectors.wallet(holder=_holder(row), at=at)
            closed = stored_value_services.close_wallet(
                holder=_holder(row),
                tender=typed["tender"],
                reason=typed["reason"],
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
                approval=approved(
                    request,
                    typed,
                    permission=CLOSE,
                    amount=held.principal + held.lapsed,
                    subject=f"member:{row.member_id}",
                    at=at,
                ),
            )
            return _("The wallet is closed; %(amount)s is paid out.") % {
                "amount": format_money(closed.paid_out)
            }

        form = at_till(request, forms.PayoutForm, CLOSE)
        return self._do(request, object_id, form, _("Close the wallet"), command)

    def _do(
        self,
        request: HttpRequest,
        object_id: str,
        form: Any,
        title: str,
        command: Callable[[Wallet, dict[str, Any]], str],
    ) -> HttpResponseBase:
        row = self.get_object(request, object_id)
        holds = f"{self.principal_money(row)} + {self.bonus_money(row)}"
        return self.ask(
            request,
            form=form,
            title=title,
            button=title,
            lead=f"{row.member} · {holds}",
            command=lambda typed: command(row, typed),
            back=self.row_url(row),
        )


def _when(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def _holder(row: Wallet) -> Holder:
    return Holder.member(row.member_id)
