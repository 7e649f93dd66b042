"""The catalogue, and the orders: made, handed over and cancelled by commands."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.money import format_count, format_money
from points import services as points_services
from points.models import Reward, RewardOrder
from stores import selectors as stores_selectors
from stores.admin.actors import ActedAdmin
from stores.admin.base import (
    act_of,
    action,
    alone_or_beside,
    display,
    posted,
    request_id,
    signed_in,
)

from .forms import CancelForm, CodeForm, OrderForm, RestockForm, RewardForm
from .settings import SettingAdmin

ORDER, HAND_OVER, CANCEL = (
    "points.order_reward",
    "points.hand_over_reward",
    "points.cancel_reward_order",
)


@admin.register(Reward)
class RewardAdmin(SettingAdmin[Reward]):
    """What there is to have for points."""

    form = RewardForm
    money_fields = ("money",)
    list_display = ("name", "code", "kind", "price", "stock", "most_per_member")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "code")
    ordering = ("-is_active", "points")
    actions_detail = ("restock", "order")
    fields = (
        "code",
        "name",
        "description",
        "kind",
        "coupon",
        "points",
        "money",
        "stock",
        "most_per_member",
        "pick_up_days",
        "starts_at",
        "ends_at",
        "is_active",
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Reward | None = None
    ) -> tuple[str, ...]:
        """The stock moves with every order: counted up and down, not typed over."""
        return ("code", "stock") if obj is not None else ()

    @display(description=gettext_lazy("price"), ordering="points")
    def price(self, reward: Reward) -> str:
        """Points, and money where it costs any."""
        points = f"{format_count(reward.points)} {_('points')}"
        return f"{points} + {format_money(reward.money)}" if reward.money else points

    def has_restock_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may change rewards, where there is a stock to count."""
        reward = self.get_object(request, str(object_id))
        return reward.stock is not None and self._everywhere(request, "change")

    def has_order_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may order for a member somewhere."""
        reward = self.get_object(request, str(object_id))
        return reward.is_active and signed_in(request).has_perm(ORDER)

    @action(
        description=gettext_lazy("Restock"),
        url_path="restock",
        permissions=["restock"],
        icon="inventory_2",
    )
    def restock(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """So many more, or fewer, whatever is ordered meanwhile."""
        reward = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            points_services.restock(
                reward_id=reward.pk,
                change=typed["change"],
                by=signed_in(request),
                at=now(),
                request_id=request_id(request),
            )
            return _("The stock is counted.")

        return self.ask(
            request,
            form=RestockForm(**posted(request)),
            title=_("Restock"),
            button=_("Restock"),
            lead=f"{reward} · {reward.stock}",
            command=command,
            back=self.row_url(reward),
        )

    @action(
        description=gettext_lazy("Order for a member"),
        url_path="order",
        permissions=["order"],
        icon="redeem",
    )
    def order(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Paid with their points; the code to pick it up with is shown once."""
        reward = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            at = now()
            ordered = alone_or_beside(
                request,
                typed,
                lambda approval: points_services.order_reward(
                    reward_id=reward.pk,
                    member_id=typed["member_id"],
                    quantity=typed["quantity"],
                    tender=typed["tender"],
                    by=act_of(request, at, store=typed["store"]),
                    at=at,
                    key=typed["key"],
                    approval=approval,
                ),
                subject=f"member:{typed['member_id']}",
                at=at,
            )
            if not ordered.code:
                return _("Done.")
            return _("Ordered. The code to pick it up with: %(code)s") % {
                "code": ordered.code
            }

        user = signed_in(request)
        stores = stores_selectors.stores_for(user, ORDER)
        return self.ask(
            request,
            form=OrderForm(
                **posted(request),
                stores=stores,
                people=stores_selectors.checkers_for(user, ORDER),
            ),
            title=_("Order a reward"),
            button=_("Order"),
            lead=f"{reward} · {self.price(reward)}",
            command=command,
            back=self.row_url(reward),
        )


@admin.register(RewardOrder)
class RewardOrderAdmin(ReadOnlyAdmin[RewardOrder], ActedAdmin[RewardOrder]):
    """Who ordered what, and whether it was picked up."""

    store_path = None  # ordered anywhere, picked up anywhere
    list_display = (
        "ordered_at",
        "member",
        "reward",
        "quantity",
        "points",
        "state",
        "pick_up_by",
        "handed_over_in",
    )
    list_filter = ("status", "reward")
    list_select_related = ("member", "reward", "handed_over_in", "store")
    search_fields = ("=member__id", "=id")
    search_help_text = gettext_lazy("Number of the member or of the order")
    ordering = ("-pk",)
    actions_list = ("hand_over",)
    actions_detail = ("cancel",)
    fields = (
        "reward",
        "member",
        "quantity",
        "points",
        "paid",
        "state",
        "ordered_at",
        "pick_up_by",
        "ended_at",
        "ended",
        "handed_over_in",
        "store",
        "entry_id",
    )
    readonly_fields = ("paid", "state", "ended")

    def visible(self, request: HttpRequest) -> QuerySet[RewardOrder]:
        """Each with whoever ended it as the one who acted."""
        return super().visible(request).annotate(actor=F("ended_by"))

    @display(description=gettext_lazy("by"))
    def ended(self, order: RewardOrder) -> str:
        """Who handed it over or cancelled it."""
        return self.by(order) if order.ended_by else "–"

    @display(description=gettext_lazy("money"), ordering="money")
    def paid(self, order: RewardOrder) -> str:
        """The money part."""
        return format_money(order.money) if order.money else "–"

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={"ordered": "info", "handed": "success", "cancelled": "warning"},
    )
    def state(self, order: RewardOrder) -> tuple[str, str]:
        """The status, as a badge."""
        return order.status, order.get_status_display()

    def has_hand_over_permission(self, request: HttpRequest) -> bool:
        """Whoever may hand rewards over somewhere."""
        return signed_in(request).has_perm(HAND_OVER)

    def has_cancel_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever may cancel somewhere, while it waits."""
        order = self.get_object(request, str(object_id))
        waits = order.status == RewardOrder.Status.ORDERED
        return waits and signed_in(request).has_perm(CANCEL)

    @action(
        description=gettext_lazy("Hand over"),
        url_path="hand-over",
        permissions=["hand_over"],
        icon="approval_delegation",
    )
    def hand_over(self, request: HttpRequest) -> HttpResponseBase:
        """The member shows the code, and gets what was ordered."""

        def command(typed: dict[str, Any]) -> str:
            order = points_services.hand_over_reward(
                code=typed["code"],
                by=act_of(request, now(), store=typed["store"]),
                at=now(),
            )
            return _("Hand over: %(quantity)s × %(reward)s") % {
                "quantity": order.quantity,
                "reward": order.reward,
            }

        stores = stores_selectors.stores_for(signed_in(request), HAND_OVER)
        return self.ask(
            request,
            form=CodeForm(**posted(request), stores=stores),
            title=_("Hand a reward over"),
            button=_("Hand over"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Cancel"),
        url_path="cancel",
        permissions=["cancel"],
        icon="cancel",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Points and money come back."""
        order = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            points_services.cancel_reward_order(
                order_id=order.pk,
                reason=typed["reason"],
                by=act_of(request, now(), store=typed["store"]),
                at=now(),
            )
            return _("The order is cancelled.")

        stores = stores_selectors.stores_for(signed_in(request), CANCEL)
        return self.ask(
            request,
            form=CancelForm(**posted(request), stores=stores),
            title=_("Cancel an order"),
            button=_("Cancel the order"),
            lead=f"{order.reward} × {order.quantity} · {order.member}",
            command=command,
            back=self.row_url(order),
        )
