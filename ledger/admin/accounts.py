"""Accounts: what somebody holds, and why."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_amount
from common.tables import moment, number, table, zone_of
from ledger import selectors as ledger_selectors
from ledger.kinds import EntryKind
from ledger.models import Account
from ledger.selectors import Movement
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.act_forms import ReasonForm
from stores.admin.base import (
    ScopedAdmin,
    action,
    display,
    posted,
    request_id,
    signed_in,
)

from .forms import AdjustForm
from .words import holder_words, slot_words

SHOWN = 30


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin[Account], ScopedAdmin[Account]):
    """Every holder's account, and the accounts of one's own stores."""

    store_path = None
    list_display = ("__str__", "holder", "part", "state", "holds", "opened_at")
    list_filter = ("kind", "status", "unit")
    list_select_related = ("unit",)
    search_fields = ("=id", "=holder_id")
    search_behind: ClassVar = {"holder_id": ("holder_kind",)}
    search_help_text = gettext_lazy("Number of the account or of its holder")
    ordering = ("-pk",)
    fields = (
        "kind",
        "holder",
        "holds",
        "statement",
        "lots_left",
        "status",
        "unit",
        "part",
        "opened_at",
    )
    readonly_fields = ("holder", "holds", "statement", "lots_left", "part")
    actions_detail = ("older", "adjust", "freeze", "release")

    def visible(self, request: HttpRequest) -> QuerySet[Account]:
        """Members are everyone's; a store's own accounts are for that store."""
        user, rows = signed_in(request), super().visible(request)
        if stores_selectors.user_may_everywhere(user, "ledger.view_account"):
            return rows
        mine = stores_selectors.stores_for(user, "ledger.view_account")
        return rows.filter(~Q(holder_kind="store") | Q(holder_id__in=mine))

    @display(description=gettext_lazy("held by"))
    def holder(self, account: Account) -> str:
        """A word for the holder and its number."""
        return holder_words(account)

    @display(description=gettext_lazy("slot"), ordering="slot")
    def part(self, account: Account) -> str:
        """What it is set apart for, in words."""
        return slot_words(account) or "–"

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={"open": "success", "frozen": "danger", "closed": "info"},
    )
    def state(self, account: Account) -> tuple[str, str]:
        """The status, as a badge."""
        return account.status, account.get_status_display()

    @display(description=gettext_lazy("balance"), ordering="balance")
    def holds(self, account: Account) -> str:
        """What is held; the shop's own accounts are summed, not kept."""
        if not account.guarded:
            return "–"
        return format_amount(account.balance, account.unit.code)

    @display(description=gettext_lazy("statement"))
    def statement(self, account: Account) -> str:
        """The latest movements, each with the balance after it."""
        if not account.guarded:
            return "–"
        movements = ledger_selectors.statement(account_id=account.pk, limit=SHOWN)
        return self._drawn(account, movements)

    def _drawn(self, account: Account, movements: list[Movement]) -> str:
        """A page of the statement, with the way to the older ones where it is full."""
        code = account.unit.code
        zones = stores_selectors.zones_of(one.store_id for one in movements)
        rows = [
            {
                "at": moment(movement.occurred_at, zones[movement.store_id]),
                "kind": EntryKind(movement.kind).label,
                "url": reverse("admin:ledger_entry_change", args=[movement.entry_id]),
                "change": ("+" if movement.change > 0 else "−")
                + format_amount(abs(movement.change), code),
                "rises": movement.change > 0,
                "after": format_amount(movement.balance_after, code),
                "memo": movement.memo,
            }
            for movement in movements
        ]
        older = ""
        if len(movements) == SHOWN:
            url = reverse("admin:ledger_account_older", args=[account.pk])
            older = f"{url}?before={movements[-1].posting_id}"
        return render_to_string("ledger/statement.html", {"rows": rows, "older": older})

    @action(
        description=gettext_lazy("Older movements"),
        url_path="older",
        permissions=["older"],
        icon="history",
    )
    def older(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The statement from a movement backwards, page by page."""
        account = self.get_object(request, object_id)
        before = request.GET.get("before", "")
        movements = ledger_selectors.statement(
            account_id=account.pk,
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
            limit=SHOWN,
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{account} · {self.holds(account)}",
            "statement": self._drawn(account, movements),
            "back": self.row_url(account),
        }
        return TemplateResponse(request, "ledger/statement_page.html", context)

    def has_older_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may see the account."""
        return self.get_object(request, str(object_id)).guarded

    @display(description=gettext_lazy("lots"))
    def lots_left(self, account: Account) -> str:
        """The balance explained: what came in when, what is left of it, until when."""
        code = account.unit.code
        lots = account.lots.filter(is_open=True).select_related("posting__entry__store")
        return table(
            [
                _("Came in"),
                number(_("Initial")),
                number(_("Left")),
                _("Expires"),
            ],
            (
                (
                    moment(lot.posting.entry.occurred_at, zone_of(lot.posting.entry)),
                    format_amount(lot.initial, code),
                    format_amount(lot.remaining, code),
                    moment(lot.expires_at) if lot.expires_at else _("never"),
                )
                for lot in lots.order_by("expires_at", "pk")[:SHOWN]
            ),
            nothing=_("Nothing is left."),
        )

    def has_adjust_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What somebody holds may be adjusted."""
        account = self.get_object(request, str(object_id))
        return (
            account.guarded
            and account.side == Account.Side.CREDIT
            and account.status != Account.Status.CLOSED
            and signed_in(request).has_perm(stores_services.ADJUST)
        )

    def has_freeze_permission(self, request: HttpRequest, object_id: str) -> bool:
        """An open account of somebody can be frozen."""
        account = self.get_object(request, str(object_id))
        return (
            account.guarded
            and account.status == Account.Status.OPEN
            and self._may_freeze(request)
        )

    def has_release_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A frozen account can be released."""
        account = self.get_object(request, str(object_id))
        return account.status == Account.Status.FROZEN and self._may_freeze(request)

    def _may_freeze(self, request: HttpRequest) -> bool:
        return stores_selectors.user_may_everywhere(
            signed_in(request), stores_services.FREEZE
        )

    @action(
        description=gettext_lazy("Adjust"),
        url_path="adjust",
        permissions=["adjust"],
        icon="tune",
    )
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Raise or lower the balance, with a second person."""
        user, account = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            amount, rises = typed.pop("amount"), typed.pop("direction") == "up"
            stores_services.adjust_account(
                account_id=account.pk,
                rises=rises,
                amount=amount,
                by=stores_services.Mending(
                    maker=user, **typed, at=now(), request_id=request_id(request)
                ),
            )
            return _("The balance is adjusted.")

        return self.ask(
            request,
            form=AdjustForm(
                **posted(request),
                unit=account.unit.code,
                stores=stores_selectors.stores_for(user, stores_services.ADJUST),
                people=stores_selectors.checkers_for(user, stores_services.ADJUST),
            ),
            title=_("Adjust a balance"),
            button=_("Adjust"),
            lead=f"{account} · {self.holds(account)}",
            command=command,
            back=self.row_url(account),
        )

    @action(
        description=gettext_lazy("Freeze"),
        url_path="freeze",
        permissions=["freeze"],
        icon="ac_unit",
    )
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Stop it from being spent."""
        return self._set_frozen(request, object_id, frozen=True)

    @action(
        description=gettext_lazy("Release"),
        url_path="release",
        permissions=["release"],
        icon="lock_open",
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Let it be spent again."""
        return self._set_frozen(request, object_id, frozen=False)

    def _set_frozen(
        self, request: HttpRequest, object_id: str, *, frozen: bool
    ) -> HttpResponseBase:
        user, account = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            stores_services.freeze_account(
                account_id=account.pk,
                frozen=frozen,
                reason=typed["reason"],
                by=user,
                at=now(),
                request_id=request_id(request),
            )
            return _("The account is frozen.") if frozen else _("The account is open.")

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Freeze the account") if frozen else _("Release the account"),
            button=_("Freeze") if frozen else _("Release"),
            lead=f"{account} · {self.holds(account)}",
            command=command,
            back=self.row_url(account),
        )
