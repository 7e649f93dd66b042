"""Whose card is whose among the staff, what was done at such cards, and the rules."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from common.admin import COUNTED_ROWS, ReadOnlyAdmin
from common.exact_search import conditions, having
from common.money import format_money
from members import services as members_services
from members.models import StaffCardAct, StaffCardPolicy, StaffMembership
from policies.admin import PolicyAdmin
from stores import selectors as stores_selectors
from stores.act_forms import KeyForm
from stores.admin.actors import ActedAdmin
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    display,
    may_everywhere,
    posted,
    signed_in,
)
from stores.models import User
from stores.words import subject_words


@admin.register(StaffMembership)
class StaffMembershipAdmin(
    ReadOnlyAdmin[StaffMembership], ScopedAdmin[StaffMembership]
):
    """Which member somebody of the staff is; ended links stay in the list."""

    store_path = None
    list_display = ("staff", "member", "since", "linked_by", "ended_at", "ended_by")
    list_select_related = ("staff", "member", "linked_by", "ended_by")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("staff__display_name", "=member__phone", "=member__id")
    search_help_text = gettext_lazy("Name of the colleague, phone or member number")
    ordering = ("staff__display_name", "-pk")
    raw_id_fields = ("member",)
    actions_detail = ("end",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Managers link them."""
        return signed_in(request).has_perm("members.add_staffmembership")

    def get_fields(
        self, request: HttpRequest, obj: StaffMembership | None = None
    ) -> Any:
        """Who and which, when it is made; all of it afterwards."""
        made = ("since", "linked_by", "ended_at", "ended_by")
        return ("staff", "member", *(made if obj is not None else ()))

    def save_model(
        self,
        request: HttpRequest,
        obj: StaffMembership,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Through the command, in the name of whoever is signed in."""
        at = now()
        link = members_services.link_staff(
            staff_id=obj.staff_id,
            member_id=obj.member_id,
            by=act_of(request, at),
            at=at,
        )
        obj.pk = link.pk

    def has_end_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it lasts, and never one's own."""
        link, user = self.get_object(request, str(object_id)), signed_in(request)
        may = may_everywhere(request, "members.end_staffmembership")
        return may and link.ended_at is None and link.staff_id != user.pk

    @action(
        description=gettext_lazy("End the link"),
        url_path="end",
        permissions=["end"],
        icon="link_off",
    )
    def end(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """When somebody leaves; the link stays in the list as history."""
        link = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str | Promise:
            at = now()
            members_services.unlink_staff(
                link_id=link.pk, by=act_of(request, at), at=at
            )
            return gettext_lazy("The link is ended.")

        return self.ask(
            request,
            form=KeyForm(**posted(request)),
            title=gettext_lazy("End the link"),
            button=gettext_lazy("End the link"),
            lead=str(link),
            command=command,
            back=self.row_url(link),
        )


class HandsFilter(admin.SimpleListFilter):
    """Who did it: the colleague, another one, two for each other, or a program."""

    title = gettext_lazy("who did it")
    parameter_name = "hands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (
            ("own", gettext_lazy("at their own card")),
            ("other", gettext_lazy("at a colleague’s card")),
            ("each_other", gettext_lazy("two at each other’s cards")),
            ("program", gettext_lazy("a program at a till")),
        )

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StaffCardAct]
    ) -> QuerySet[StaffCardAct]:
        """The acts of the chosen kind."""
        others = queryset.exclude(by_staff=None).exclude(by_staff=F("staff"))
        mutual = StaffCardAct.objects.filter(
            staff=OuterRef("by_staff"), by_staff=OuterRef("staff")
        )
        chosen = {
            "own": queryset.filter(by_staff=F("staff")),
            "other": others,
            "each_other": others.filter(Exists(mutual)),
            "program": queryset.filter(by_staff=None),
        }
        return chosen.get(self.value() or "", queryset)


@admin.register(StaffCardAct)
class StaffCardActAdmin(ReadOnlyAdmin[StaffCardAct], ActedAdmin[StaffCardAct]):
    """Everything that touched the member card of somebody of the staff."""

    list_display = (
        "at",
        "staff",
        "member",
        "what",
        "money",
        "by",
        "approver",
        "store",
    )
    list_select_related = ("staff", "member", "approver", "store")
    list_filter = (HandsFilter, "group", "store")
    list_filter_submit = True
    search_fields = ("staff__display_name", "by_staff__display_name", "=member__id")
    search_help_text = gettext_lazy("Name of the colleague, or member number")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = (
        "at",
        "staff",
        "member",
        "what",
        "group",
        "money",
        "about",
        "by",
        "approver",
        "store",
        "shift",
        "request_id",
    )
    readonly_fields = ("what", "money", "about", "by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StaffCardAct], search_term: str
    ) -> tuple[QuerySet[StaffCardAct], bool]:
        """By colleagues of that name, whose cards and whose acts, or by the member."""
        text = search_term.strip()
        if not text:
            return queryset, False
        named = User.objects.filter(display_name__icontains=text)
        people = list(named.values_list("pk", flat=True))
        each = [
            Q(staff__in=people),
            Q(by_staff__in=people),
            *conditions(StaffCardAct, ("=member__id",), text),
        ]
        return having(queryset, each, most=COUNTED_ROWS), False

    @display(description=gettext_lazy("act"), ordering="act")
    def what(self, done: StaffCardAct) -> str:
        """The act in words."""
        return stores_selectors.permission_words(done.act)

    @display(description=gettext_lazy("about"), ordering="subject")
    def about(self, done: StaffCardAct) -> str:
        """What it was done to."""
        return subject_words(done.subject) or "–"

    @display(description=gettext_lazy("amount"), ordering="amount")
    def money(self, done: StaffCardAct) -> str:
        """Money as money; points and coupons by their number or worth."""
        if done.act.startswith("points."):
            return str(done.amount)
        return format_money(done.amount)


@admin.register(StaffCardPolicy)
class StaffCardPolicyAdmin(PolicyAdmin[StaffCardPolicy]):
    """What staff may do at their own member card."""
