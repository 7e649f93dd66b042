"""Issued coupons: read by many, mended by managers, edited by nobody."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html_join
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_money
from common.tables import clock, day, zone_of
from coupons import services as coupons_services
from coupons.codes import HELD, digests, grouped, normalised
from coupons.forms import ExtendForm, RefundForm
from coupons.kinds import CouponStatus
from coupons.models import Coupon, CouponGift, CouponUse
from coupons.selectors import VISIT
from members import selectors as members_selectors
from stores import selectors as stores_selectors
from stores.act_forms import ReasonForm
from stores.admin.actors import ActedAdmin
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    alone_or_beside,
    display,
    posted,
    signed_in,
)
from stores.admin.references import ReferringAdmin
from stores.references import Reference

SHOWN = 100


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin[Coupon], ScopedAdmin[Coupon]):
    """Every coupon there is, and what may be done with it."""

    store_path = None
    list_display = (
        "row_number",
        "what",
        "member",
        "state",
        "left",
        "valid_from",
        "valid_until",
        "how",
    )
    list_filter = ("status",)
    list_select_related = ("version", "member", "issue__store")
    search_fields = ("=id",)
    search_help_text = gettext_lazy("Code or number of the coupon, or its member")
    ordering = ("-pk",)
    fields = (
        "what",
        "member",
        "state",
        "left",
        "valid_from",
        "valid_until",
        "how",
        "shown_code",
        "acts",
    )
    readonly_fields = ("what", "state", "left", "how", "shown_code", "acts")
    actions_detail = ("void", "extend", "refund")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coupon], search_term: str
    ) -> tuple[QuerySet[Coupon], bool]:
        """A code or a member as at the counter; anything else is a number."""
        code = normalised(search_term)
        if code is None:
            found = members_selectors.find_ids(search_term, now())
            if found:
                return queryset.filter(member_id__in=found), False
            return super().get_search_results(request, queryset, search_term)
        of_code = Q(code=code) if len(code) == HELD else Q(digest__in=digests(code))
        return queryset.filter(of_code), False

    @display(description=gettext_lazy("coupon"))
    def what(self, coupon: Coupon) -> str:
        """The name it was issued under."""
        return coupon.version.name

    @display(
        description=gettext_lazy("status"),
        label={
            "issued": "success",
            "offered": "info",
            "redeemed": "info",
            "expired": "warning",
            "void": "danger",
        },
    )
    def state(self, coupon: Coupon) -> tuple[str, str]:
        """Where it stands; that it has expired is told by the clock."""
        unused = coupon.status in (CouponStatus.ISSUED, CouponStatus.OFFERED)
        if unused and now() >= coupon.valid_until:
            return "expired", _("Expired")
        return coupon.status, coupon.get_status_display()

    @display(description=gettext_lazy("uses left"))
    def left(self, coupon: Coupon) -> str:
        """Of how many."""
        return f"{coupon.uses_left} / {coupon.uses}"

    @display(description=gettext_lazy("how it came"))
    def how(self, coupon: Coupon) -> str:
        """By hand, bought, claimed …"""
        return coupon.issue.get_source_display()

    @display(description=gettext_lazy("code"))
    def shown_code(self, coupon: Coupon) -> str:
        """Whoever bears a printed coupon can use it: only its end is known here."""
        return grouped(coupon.code) if coupon.code else f"… {coupon.last4}"

    @display(description=gettext_lazy("acts"))
    def acts(self, coupon: Coupon) -> str:
        """Everything that was done with it, the latest first."""
        rows = CouponUse.objects.filter(coupon=coupon).select_related("store")
        return format_html_join(
            "",
            "<p>{} · {} {} {} {}</p>",
            (
                (
                    clock(use.at, zone_of(use)),
                    use.get_act_display(),
                    use.store or "",
                    format_money(use.saving) if use.saving else "",
                    use.reason,
                )
                for use in rows.order_by("-pk")[:SHOWN]
            ),
        )

    def has_void_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is not used up."""
        return self._may(request, "coupons.void_coupon", object_id)

    def has_extend_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it is not used up."""
        return self._may(request, "coupons.extend_coupon", object_id)

    def has_refund_permission(self, request: HttpRequest, object_id: str) -> bool:
        """What was bought, at a store where one may refund."""
        coupon = self.get_object(request, str(object_id))
        may = signed_in(request).has_perm("coupons.refund_pass")
        return may and coupon.issue.paid > 0 and coupon.status == CouponStatus.ISSUED

    def _may(self, request: HttpRequest, verb: str, object_id: str) -> bool:
        coupon = self.get_object(request, str(object_id))
        unused = coupon.status in (CouponStatus.ISSUED, CouponStatus.OFFERED)
        store = coupon.issue.store
        if store is None:
            may = stores_selectors.user_may_everywhere(signed_in(request), verb)
        else:
            may = stores_selectors.user_may(signed_in(request), verb, store=store)
        return unused and may

    def _by(self, request: HttpRequest, coupon: Coupon, at: Any) -> Any:
        """In the name of the store that gave the coupon."""
        return act_of(request, at, store=coupon.issue.store)

    @action(
        description=gettext_lazy("Void"),
        url_path="void",
        permissions=["void"],
        icon="block",
    )
    def void(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Worth nothing from now on."""
        coupon = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            coupons_services.void_coupon(
                coupon_id=coupon.pk,
                reason=typed["reason"],
                by=self._by(request, coupon, at),
                at=at,
            )
            return _("The coupon is void.")

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Void the coupon"),
            button=_("Void it"),
            lead=self.what(coupon),
            command=command,
            back=self.row_url(coupon),
        )

    @action(
        description=gettext_lazy("Extend"),
        url_path="extend",
        permissions=["extend"],
        icon="update",
    )
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Let it hold longer."""
        coupon = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            coupons_services.extend_coupon(
                coupon_id=coupon.pk,
                until=typed["until"],
                reason=typed["reason"],
                by=self._by(request, coupon, at),
                at=at,
            )
            return _("The coupon holds longer.")

        return self.ask(
            request,
            form=ExtendForm(**posted(request)),
            title=_("Extend the coupon"),
            button=_("Extend it"),
            lead=self.what(coupon),
            command=command,
            back=self.row_url(coupon),
        )

    @action(
        description=gettext_lazy("Refund"),
        url_path="refund",
        permissions=["refund"],
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give back what is left of what was paid."""
        user, coupon = signed_in(request), self.get_object(request, object_id)
        verb = "coupons.refund_pass"

        def command(typed: dict[str, Any]) -> str:
            at = now()
            amount = alone_or_beside(
                request,
                typed,
                lambda approval: coupons_services.refund_pass(
                    coupon_id=coupon.pk,
                    reason=typed["reason"],
                    by=act_of(request, at, store=typed["store"]),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"coupon:{coupon.pk}",
                at=at,
            )
            return _("Give back %(amount)s.") % {"amount": format_money(amount)}

        return self.ask(
            request,
            form=RefundForm(
                **posted(request),
                stores=stores_selectors.stores_for(user, verb),
                people=stores_selectors.checkers_for(user, verb),
            ),
            title=_("Refund the coupon"),
            button=_("Refund it"),
            lead=self._formula(coupon),
            command=command,
            back=self.row_url(coupon),
        )

    def _formula(self, coupon: Coupon) -> str:
        """How the refund is reckoned, before anybody presses the button."""
        amount = coupons_services.refundable(coupon, coupon.issue)
        return _(
            "%(name)s · paid %(paid)s · %(used)s of %(uses)s used → %(amount)s"
        ) % {
            "name": coupon.version.name,
            "paid": format_money(coupon.issue.paid // coupon.issue.quantity),
            "used": coupon.uses - coupon.uses_left,
            "uses": coupon.uses,
            "amount": format_money(amount),
        }


@admin.register(CouponUse)
class CouponUseAdmin(
    ReadOnlyAdmin[CouponUse], ReferringAdmin[CouponUse], ActedAdmin[CouponUse]
):
    """What was done with coupons, at one's own stores and by the house itself."""

    store_path = None
    list_display = ("at", "act", "coupon", "saved", "refers", "store", "by")
    list_filter = ("act", "store")
    list_select_related = ("coupon", "store")
    search_fields = ("=coupon__id", "=reference")
    ordering = ("-pk",)
    fields = (*list_display, "member", "reason", "business_date")
    readonly_fields = ("saved", "refers", "by")

    def reference_of(self, row: CouponUse) -> Reference:
        """A refund refers to the entry that paid for the coupon."""
        with suppress(ValueError):
            return "entry", str(UUID(row.reference))
        return super().reference_of(row)

    def reference_words(self, row: CouponUse) -> str:
        """Passes have no bill, and a new end of life is a day."""
        if row.reference.startswith(VISIT):
            return _("visit")
        with suppress(ValueError):
            return day(datetime.fromisoformat(row.reference), zone_of(row))
        return row.reference or "–"

    def visible(self, request: HttpRequest) -> QuerySet[CouponUse]:
        """A store's own acts, and those of no store."""
        user, rows = signed_in(request), super().visible(request)
        permission = "coupons.view_couponuse"
        if stores_selectors.user_may_everywhere(user, permission):
            return rows
        mine = stores_selectors.stores_for(user, permission)
        return rows.filter(Q(store=None) | Q(store__in=mine))

    @display(description=gettext_lazy("saved"), ordering="saving")
    def saved(self, use: CouponUse) -> str:
        """In money."""
        return format_money(use.saving) if use.saving else "–"


@admin.register(CouponGift)
class CouponGiftAdmin(ReadOnlyAdmin[CouponGift], ScopedAdmin[CouponGift]):
    """Coupons on their way to friends."""

    store_path = None
    list_display = (
        "row_number",
        "coupon",
        "giver",
        "offered_at",
        "lapses_at",
        "taker",
        "ended_as",
    )
    list_filter = ("ended_as",)
    list_select_related = ("coupon", "giver", "taker")
    search_fields = ("=coupon__id", "=giver__id", "=taker__id")
    ordering = ("-pk",)
    fields = list_display
