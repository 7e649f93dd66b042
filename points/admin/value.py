"""What was earned, taken back, spent and done: to be read, and mended by commands."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_count, format_money
from common.tables import clock, day
from points import selectors as points_selectors
from points import services as points_services
from points.models import (
    Accrual,
    AccrualRefund,
    CheckIn,
    ReceiptCode,
    Redemption,
    Task,
    TaskDone,
)
from points.words import period_words
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    display,
    posted,
    request_id,
    signed_in,
)
from stores.forms import ConfirmForm
from stores.references import referred

from .forms import GiveForm


@admin.register(Accrual)
class AccrualAdmin(ReadOnlyAdmin[Accrual], ScopedAdmin[Accrual]):
    """Points and growth value as they came: why, how many, and what is left."""

    store_path = None
    list_display = (
        "at",
        "member",
        "source",
        "earned",
        "kept",
        "growth_kept",
        "waits",
        "store",
    )
    list_filter = ("source", "store")
    list_select_related = ("member", "store")
    search_fields = ("=member__id", "=reference")
    search_help_text = gettext_lazy("Number of the member, or reference of the bill")
    ordering = ("-pk",)
    actions_list = ("give",)
    fields = (
        "member",
        "source",
        "about",
        "at",
        "store",
        "bill",
        "earned",
        "kept",
        "growth",
        "growth_kept",
        "reasons",
        "taken_back",
        "waits",
        "expires_at",
        "debt_paid",
        "policy",
        "entry_id",
    )
    readonly_fields = (
        "about",
        "bill",
        "earned",
        "kept",
        "reasons",
        "taken_back",
        "waits",
    )

    @display(description=gettext_lazy("reference"), ordering="reference")
    def about(self, row: Accrual) -> str:
        """The bill's number, what was said, or the task and its period."""
        if row.source == Accrual.Source.TASK:
            code, _space, period = row.reference.partition(" ")
            task = Task.objects.filter(code=code).first()
            return f"{task or code} · {period_words(period)}"
        kind, _colon, number = row.reference.partition(":")
        known = referred([(kind, number)]).get((kind, number))
        return known.text if known is not None else row.reference or "–"

    @display(description=gettext_lazy("points"), ordering="points")
    def earned(self, row: Accrual) -> str:
        """What was earned."""
        return format_count(row.points)

    @display(description=gettext_lazy("points kept"), ordering="points_kept")
    def kept(self, row: Accrual) -> str:
        """What refunds left of it."""
        return format_count(row.points_kept)

    @display(description=gettext_lazy("bill"))
    def bill(self, row: Accrual) -> str:
        """What it was earned on, and what of that was refunded."""
        if not row.amount:
            return "–"
        refunded = f" − {format_money(row.refunded)}" if row.refunded else ""
        return f"{format_money(row.amount)}{refunded}"

    @display(description=gettext_lazy("pending"), ordering="usable_from")
    def waits(self, row: Accrual) -> str:
        """What waits, and until when."""
        if not row.pending or row.usable_from is None:
            return "–"
        return f"{format_count(row.pending)} · {day(row.usable_from)}"

    @display(description=gettext_lazy("why"))
    def reasons(self, row: Accrual) -> str:
        """Every rule's part, in words."""
        lines = points_selectors.reasons(row)
        return render_to_string("points/lines.html", {"lines": lines})

    @display(description=gettext_lazy("taken back"))
    def taken_back(self, row: Accrual) -> str:
        """Each refund: when, how many points, and what became a debt."""
        lines = [
            _("%(at)s: %(points)s points, of which %(debt)s became a debt.")
            % {
                "at": clock(refund.at),
                "points": format_count(refund.points),
                "debt": format_count(refund.debt),
            }
            for refund in row.refunds.order_by("pk")[:50]
        ]
        return render_to_string("points/lines.html", {"lines": lines})

    def has_give_permission(self, request: HttpRequest) -> bool:
        """Whoever may give points somewhere; the form offers only those stores."""
        return signed_in(request).has_perm(points_services.GRANT)

    @action(
        description=gettext_lazy("Give points"),
        url_path="give",
        permissions=["give"],
        icon="add_circle",
    )
    def give(self, request: HttpRequest) -> HttpResponseBase:
        """Points or growth value by hand, with a second person."""
        user = signed_in(request)

        def command(typed: dict[str, Any]) -> str:
            given = points_services.grant_with_second_person(
                member_id=typed.pop("member_id"),
                points=typed.pop("points"),
                growth=typed.pop("growth"),
                by=stores_services.Mending(
                    maker=user, **typed, at=now(), request_id=request_id(request)
                ),
            )
            return _("%(points)s points and %(growth)s growth value are given.") % {
                "points": given.points,
                "growth": given.growth,
            }

        return self.ask(
            request,
            form=GiveForm(
                **posted(request),
                stores=stores_selectors.stores_for(user, points_services.GRANT),
                people=stores_selectors.checkers_for(user, points_services.GRANT),
            ),
            title=_("Give points"),
            button=_("Give"),
            command=command,
            back=self.list_url(),
        )


@admin.register(AccrualRefund)
class AccrualRefundAdmin(ReadOnlyAdmin[AccrualRefund], ScopedAdmin[AccrualRefund]):
    """What refunds took back, and from where."""

    store_path = None
    list_display = (
        "at",
        "member",
        "points",
        "from_pending",
        "from_lot",
        "from_others",
        "lapsed",
        "debt",
        "charged_points",
        "growth",
    )
    list_select_related = ("accrual__member",)
    search_fields = ("=accrual__member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    money_fields = ("amount", "charged")
    fields = (
        "accrual",
        "at",
        "amount",
        "of_lines",
        "points",
        "from_pending",
        "from_lot",
        "from_others",
        "lapsed",
        "debt",
        "forgiven",
        "charged_points",
        "charged",
        "growth",
        "entry_id",
    )
    readonly_fields = ("of_lines",)

    @display(description=gettext_lazy("member"))
    def member(self, row: AccrualRefund) -> str:
        """Whose they were."""
        return str(row.accrual.member)

    @display(description=gettext_lazy("refunded by line"))
    def of_lines(self, row: AccrualRefund) -> str:
        """What each line of the bill gave back."""
        return " · ".join(format_money(amount) for amount in row.amounts) or "–"


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin[Redemption], ScopedAdmin[Redemption]):
    """Points spent on bills, and what came back of them."""

    store_path = None
    list_display = ("at", "member", "points", "paid", "returned", "store")
    list_filter = ("store",)
    list_select_related = ("member", "store")
    search_fields = ("=member__id", "=reference")
    search_help_text = gettext_lazy("Number of the member, or reference of the bill")
    ordering = ("-pk",)
    fields = (
        "member",
        "at",
        "store",
        "reference",
        "points",
        "paid",
        "returned",
        "policy",
        "entry_id",
    )
    readonly_fields = ("paid",)

    @display(description=gettext_lazy("worth"), ordering="worth")
    def paid(self, row: Redemption) -> str:
        """What they paid of the bill."""
        return f"{format_money(row.worth)} / {format_money(row.bill)}"


@admin.register(ReceiptCode)
class ReceiptCodeAdmin(ReadOnlyAdmin[ReceiptCode], ScopedAdmin[ReceiptCode]):
    """Bills without a card, waiting to be claimed; the codes are kept nowhere."""

    list_display = ("sold_at", "sum", "state", "expires_at", "member", "store")
    list_filter = ("store", "sold_at")
    list_select_related = ("member", "store")
    search_fields = ("=reference", "=member__id")
    search_help_text = gettext_lazy("Number of the member, or reference of the bill")
    ordering = ("-pk",)
    actions_detail = ("void",)
    fields = (
        "reference",
        "store",
        "sold_at",
        "sum",
        "state",
        "expires_at",
        "member",
        "claimed_at",
        "accrual",
        "voided_at",
    )
    readonly_fields = ("sum", "state")

    @display(description=gettext_lazy("amount"), ordering="amount")
    def sum(self, row: ReceiptCode) -> str:
        """The bill."""
        return format_money(row.amount)

    @display(
        description=gettext_lazy("status"),
        label={
            "open": "info",
            "claimed": "success",
            "voided": "danger",
            "late": "warning",
        },
    )
    def state(self, row: ReceiptCode) -> tuple[str, str]:
        """To be claimed, claimed, voided or too late."""
        if row.voided_at is not None:
            return "voided", _("voided")
        if row.claimed_at is not None:
            return "claimed", _("claimed")
        if row.expires_at <= now():
            return "late", _("too late")
        return "open", _("to be claimed")

    def has_void_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this receipt's store, while nobody has claimed it."""
        row = self.get_object(request, str(object_id))
        is_free = row.claimed_at is None and row.voided_at is None
        may = signed_in(request).has_perm("points.void_receipt_code", row)
        return is_free and may

    @action(
        description=gettext_lazy("Void"),
        url_path="void",
        permissions=["void"],
        icon="block",
    )
    def void(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Asked once, then the code serves no more."""
        row = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            points_services.void_receipt_code(
                receipt_id=row.pk,
                by=act_of(request, now(), store=row.store),
                at=now(),
            )
            return _("The code is voided.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Void a receipt code"),
            button=_("Void"),
            lead=f"{row.reference} · {format_money(row.amount)}",
            command=command,
            back=self.row_url(row),
        )


@admin.register(TaskDone)
class TaskDoneAdmin(ReadOnlyAdmin[TaskDone], ScopedAdmin[TaskDone]):
    """Who did what, when, and what it gave."""

    store_path = None
    list_display = ("at", "member", "task", "counted", "points", "growth")
    fields = list_display
    readonly_fields = ("counted",)
    list_filter = ("task",)
    list_select_related = ("member", "task")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)

    @display(description=gettext_lazy("period"), ordering="period")
    def counted(self, row: TaskDone) -> str:
        """The period it counted in."""
        return period_words(row.period)


@admin.register(CheckIn)
class CheckInAdmin(ReadOnlyAdmin[CheckIn], ScopedAdmin[CheckIn]):
    """Who said hello on which day."""

    store_path = None
    list_display = ("day", "member", "streak")
    list_select_related = ("member",)
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
