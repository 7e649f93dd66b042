"""What the page of a wallet shows and does, whoever holds it."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from common.tables import clock, link, moment, number, table
from ledger import statements as ledger_statements
from ledger.kinds import AccountKind, EntryKind
from stored_value import forms
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder, open_wallet
from stored_value.models import BearerWallet, Wallet
from stored_value.services import Tender
from stores import selectors as stores_selectors
from stores.admin.base import ScopedAdmin, action, alone_or_beside, display, signed_in

from .base import at_till, doing

TOP_UP = "stored_value.top_up_wallet"
SPEND = "stored_value.spend_wallet"
REFUND = "stored_value.refund_spend"
CLOSE = "stored_value.close_wallet"
HOLD = "stored_value.hold_value"
SHOWN = 30
NUMBER_DIGITS = 18


class HeldWalletAdmin[W: (Wallet, BearerWallet)](ReadOnlyAdmin[W], ScopedAdmin[W]):
    """What is held, why, and the acts that every holder has."""

    # Value is the brand's: whoever may view wallets sees them at every store.
    store_path = None
    list_filter = ("status",)
    ordering = ("-pk",)
    readonly_fields = (
        "principal_money",
        "bonus_money",
        "held_money",
        "state",
        "lots",
        "statement",
    )
    # The kind of holder, which is also the field of a row and of a form that names it.
    held_by: ClassVar[str]
    pay_form: ClassVar[type[forms.AtTillForm]] = forms.PayForm
    top_up_form: ClassVar[type[forms.AtTillForm]] = forms.TopUpForm

    def holder_of(self, row: W) -> Holder:
        """Whose wallet it is."""
        return Holder(self.held_by, getattr(row, f"{self.held_by}_id"))

    def shown_as(self, row: W) -> str:
        """The holder, as a form names it above what is typed."""
        return str(getattr(row, self.held_by))

    @display(description=gettext_lazy("principal"), ordering="principal")
    def principal_money(self, row: W) -> str:
        """What was paid in."""
        return format_money(row.principal)

    @display(description=gettext_lazy("bonus"), ordering="bonus")
    def bonus_money(self, row: W) -> str:
        """What was given on top."""
        return format_money(row.bonus)

    @display(description=gettext_lazy("held"), ordering="held")
    def held_money(self, row: W) -> str:
        """What is set aside."""
        return format_money(row.held)

    @display(
        description=gettext_lazy("status"),
        label={"open": "success", "frozen": "danger", "closed": "info"},
    )
    def state(self, row: W) -> tuple[str, str]:
        """The status of its principal, as a badge."""
        return row.status, row.get_status_display()

    @display(description=gettext_lazy("lots"))
    def lots(self, row: W) -> str:
        """The balance explained, in the order in which it would be spent."""
        found = stored_value_selectors.explained(holder=self.holder_of(row), at=now())
        return table(
            [
                _("Of"),
                _("Came in by"),
                number(_("Initial")),
                number(_("Left")),
                _("Expires"),
            ],
            (
                (
                    AccountKind(lot.kind).label,
                    link(
                        EntryKind(lot.entry_kind).label,
                        reverse("admin:ledger_entry_change", args=[lot.entry_id]),
                    ),
                    format_money(lot.initial),
                    format_money(lot.remaining),
                    moment(lot.expires_at) if lot.expires_at else _("never"),
                )
                for lot in found
            ),
            nothing=_("Nothing is left."),
        )

    @display(description=gettext_lazy("statement"))
    def statement(self, row: W) -> str:
        """The latest movements, each with what principal and bonus held after it."""
        return self._drawn(row, before=None)

    def _drawn(self, row: W, *, before: int | None) -> str:
        accounts = open_wallet(self.holder_of(row))
        kinds = {
            accounts.principal: AccountKind.PRINCIPAL,
            accounts.bonus: AccountKind.BONUS,
        }
        moved = ledger_statements.together(
            account_ids=list(kinds), before=before, limit=SHOWN
        )
        zones = stores_selectors.zones_of(one.store_id for one in moved)
        rows = [
            {
                "at": moment(movement.occurred_at, zones[movement.store_id]),
                "kind": EntryKind(movement.kind).label,
                "url": reverse("admin:ledger_entry_change", args=[movement.entry_id]),
                "change": ("+" if movement.change > 0 else "−")
                + format_money(abs(movement.change)),
                "rises": movement.change > 0,
                "after": format_money(movement.together_after),
                "memo": f"{kinds[movement.account_id].label} {movement.memo}",
            }
            for movement in moved
        ]
        older = ""
        if len(moved) == SHOWN:
            name = f"{self.opts.app_label}_{self.opts.model_name}_older"
            url = reverse(f"{self.admin_site.name}:{name}", args=[row.pk])
            older = f"{url}?before={moved[-1].posting_id}"
        return render_to_string("ledger/statement.html", {"rows": rows, "older": older})

    def has_older_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may see the wallet."""
        return self.has_view_permission(request)

    @action(
        description=gettext_lazy("Older movements"),
        url_path="older",
        permissions=["older"],
        icon="history",
    )
    def older(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The statement from a movement backwards, page by page."""
        row = self.get_object(request, object_id)
        asked = request.GET.get("before", "")
        known = asked.isascii() and asked.isdecimal() and len(asked) <= NUMBER_DIGITS
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{self.shown_as(row)} · {self.principal_money(row)}"
            f" + {self.bonus_money(row)}",
            "statement": self._drawn(row, before=int(asked) if known else None),
            "back": self.row_url(row),
        }
        return TemplateResponse(request, "ledger/statement_page.html", context)

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

    def has_reactivate_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is open, and something of it rests."""
        return self._may(request, object_id, TOP_UP) and bool(
            self._rests(request, object_id)
        )

    def _rests(self, request: HttpRequest, object_id: str) -> int:
        holder = self.holder_of(self.get_object(request, str(object_id)))
        return stored_value_selectors.wallet(holder=holder, at=now()).lapsed

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
        """Take money in at an open till; a bearer's within the law's limits."""

        def command(typed: dict[str, Any]) -> str:
            at = now()
            plan, coupon = typed.get("plan"), typed.get("coupon")
            row = stored_value_services.top_up(
                holder=Holder(self.held_by, typed[self.held_by].pk),
                tenders=[Tender(typed["tender"], typed["amount"])],
                plan_id=plan.pk if plan else None,
                coupon_id=coupon.pk if coupon else None,
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
            form=at_till(request, self.top_up_form, TOP_UP),
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

        def command(row: W, typed: dict[str, Any]) -> str:
            at = now()
            paid = stored_value_services.spend(
                holder=self.holder_of(row),
                amount=typed["amount"],
                payment_code=typed.get("payment_code") or None,
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("Paid: %(principal)s principal, %(bonus)s bonus.") % {
                "principal": format_money(paid.principal),
                "bonus": format_money(paid.bonus),
            }

        form = at_till(request, self.pay_form, SPEND)
        return self._do(request, object_id, form, _("Take payment"), command)

    @action(
        description=gettext_lazy("Refund a payment"),
        url_path="refund",
        permissions=["refund"],
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give one of the latest payments back, into the lots it was taken from."""
        holder = self.holder_of(self.get_object(request, object_id))
        payments = stored_value_selectors.payments_of(holder=holder)
        zones = stores_selectors.zones_of(one.store_id for one in payments)

        def command(row: W, typed: dict[str, Any]) -> str:
            at, entry_id = now(), UUID(typed["payment"])
            back = alone_or_beside(
                request,
                typed,
                lambda approval: stored_value_services.refund_spend(
                    entry_id=entry_id,
                    amount=typed["amount"],
                    reason=typed["reason"],
                    by=doing(request, typed, at),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"entry:{entry_id}",
                at=at,
                shift=typed["shift"],
            )
            return _("Given back: %(principal)s principal, %(bonus)s bonus.") % {
                "principal": format_money(back.principal),
                "bonus": format_money(back.bonus),
            }

        form = at_till(request, forms.RefundForm, REFUND)
        form.offer(
            [
                (
                    str(one.entry_id),
                    f"{clock(one.at, zones[one.store_id])} · "
                    f"{format_money(one.amount)}",
                )
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

        def command(row: W, typed: dict[str, Any]) -> str:
            at, holder = now(), self.holder_of(row)
            is_proven = stored_value_services.prove_identity(
                holder=holder,
                code=typed["payment_code"],
                by=doing(request, typed, at),
                at=at,
            )
            placed = alone_or_beside(
                request,
                typed,
                lambda approval: stored_value_services.hold(
                    holder=holder,
                    amount=typed["amount"],
                    note=typed["note"],
                    by=doing(request, typed, at),
                    at=at,
                    key=typed["key"],
                    is_proven=is_proven,
                    approval=approval,
                ),
                subject=f"{holder.kind}:{holder.id}",
                at=at,
                shift=typed["shift"],
            )
            return _("%(amount)s is held.") % {"amount": format_money(placed.amount)}

        form = at_till(request, forms.HoldForm, HOLD)
        return self._do(request, object_id, form, _("Hold"), command)

    @action(
        description=gettext_lazy("Give back what rests"),
        url_path="reactivate",
        permissions=["reactivate"],
        icon="restart_alt",
    )
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Principal that lapsed and is owed all the same can be spent again."""
        rests = format_money(self._rests(request, object_id))

        def command(row: W, typed: dict[str, Any]) -> str:
            at = now()
            stored_value_services.reactivate(
                holder=self.holder_of(row),
                by=doing(request, typed, at),
                at=at,
                key=typed["key"],
            )
            return _("%(amount)s can be spent again.") % {"amount": rests}

        form = at_till(request, forms.AtTillForm, TOP_UP)
        title = _("Give back what rests: %(amount)s") % {"amount": rests}
        return self._do(request, object_id, form, title, command)

    @action(
        description=gettext_lazy("Close the wallet"),
        url_path="close",
        permissions=["close"],
        icon="do_not_disturb_on",
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Pay out the principal, end the bonus; for ever."""

        def command(row: W, typed: dict[str, Any]) -> str:
            at = now()
            holder = self.holder_of(row)
            closed = alone_or_beside(
                request,
                typed,
                lambda approval: stored_value_services.close_wallet(
                    holder=holder,
                    tender=typed["tender"],
                    reason=typed["reason"],
                    by=doing(request, typed, at),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"{holder.kind}:{holder.id}",
                at=at,
                shift=typed["shift"],
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
        command: Callable[[W, dict[str, Any]], str],
    ) -> HttpResponseBase:
        row = self.get_object(request, object_id)
        holds = f"{self.principal_money(row)} + {self.bonus_money(row)}"
        return self.ask(
            request,
            form=form,
            title=title,
            button=title,
            lead=f"{self.shown_as(row)} · {holds}",
            command=lambda typed: command(row, typed),
            back=self.row_url(row),
        )
