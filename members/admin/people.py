"""The member in the office: one page, and an act for everything that may be done."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from members import phones
from members import selectors as members_selectors
from members.models import Member, MemberTag, Tag
from stores.admin import figures
from stores.admin.base import HistoryAdmin, display, signed_in

from . import profile
from .acts import MemberActs
from .history import MaskingHelper

FOUND_AT_MOST = 50


class BirthdayFilter(admin.SimpleListFilter):
    """Whose birthday is kept today, in either calendar."""

    title = gettext_lazy("birthday")
    parameter_name = "birthday"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Only what an index answers."""
        return [("today", gettext_lazy("today"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Member]
    ) -> QuerySet[Member]:
        """Both calendars at once."""
        if self.value() != "today":
            return queryset
        kept = members_selectors.with_birthday(on=localdate())
        return queryset.filter(pk__in=kept.values("pk"))


class TagFilter(admin.SimpleListFilter):
    """By a tag; who has none is nearly everybody, and no list of them is of use."""

    title = gettext_lazy("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All tags, by name."""
        tags = Tag.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in tags]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Member]
    ) -> QuerySet[Member]:
        """Who wears it."""
        tag = self.value()
        if tag not in dict(self.lookup_choices):
            return queryset
        worn = MemberTag.objects.filter(tag_id=int(tag), member=OuterRef("pk"))
        return queryset.filter(Exists(worn))


@admin.register(Member)
class MemberAdmin(MemberActs, ReadOnlyAdmin[Member], HistoryAdmin[Member]):
    """Everyone who comes back: the brand's, seen at every store by whoever may."""

    store_path = None
    list_filter = ("status", "home_store", TagFilter, BirthdayFilter)
    list_select_related = ("home_store", "keeper")
    search_fields = ("name",)
    search_help_text = gettext_lazy(
        "Phone or its last digits, name in any spelling, e-mail, or # and the number"
    )
    ordering = ("-pk",)
    change_form_after_template = "members/links.html"
    actions_list = ("enrol",)
    actions_detail = (
        "edit",
        "set_birthday",
        "retag",
        "consent",
        {
            "title": gettext_lazy("More"),
            "icon": "more_vert",
            "items": [
                "assign_keeper",
                "look_back",
                "hand_out",
                "merge",
                "release_phone",
                "erase",
            ],
        },
    )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Phones are whole only for those who may see them; exports follow."""
        return (
            "who",
            self._phone(request),
            "state",
            "home_store",
            "keeper",
            "joined_at",
        )

    def get_fieldsets(self, request: HttpRequest, obj: Member | None = None) -> Any:
        """Who they are, what they hold, what they said."""
        identity = (
            "name",
            self._phone(request),
            self._email(request),
            "salutation",
            "gender",
            "birthday",
            "language",
            "home_store",
            "keeper",
            "their_tags",
            "their_answers",
        )
        return [
            (None, {"fields": identity}),
            (gettext_lazy("Holdings"), {"fields": ("balances",)}),
            (gettext_lazy("Consents"), {"fields": ("their_consents",)}),
            (
                gettext_lazy("Membership"),
                {
                    "fields": (
                        "state",
                        "merged_into",
                        "referrer",
                        "referral_code",
                        "spending_frozen_at",
                        "joined_at",
                        "number",
                        "public_id",
                    )
                },
            ),
        ]

    readonly_fields = (
        "whole_phone",
        "hidden_phone",
        "whole_email",
        "hidden_email",
        "birthday",
        "their_tags",
        "their_answers",
        "their_consents",
        "balances",
        "state",
        "number",
        "referral_code",
        "spending_frozen_at",
        "public_id",
    )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """With the ways to what other apps keep about them."""
        member = self.get_object(request, object_id)
        extra = {
            **(extra_context or {}),
            "member_links": profile.links(request, member, self.admin_site),
        }
        return super().change_view(request, object_id, form_url, extra)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        """As at the counter: by an index, whatever is typed."""
        if not search_term.strip():
            return queryset, False
        found = members_selectors.find_ids(search_term, now(), limit=FOUND_AT_MOST)
        return queryset.filter(pk__in=found), False

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> Any:
        """What changed, with phones hidden from those who may not see them."""
        return MaskingHelper(
            self.model,
            historical_record,
            writers=figures.writers_of(self),
            sees_all=self._sees_phone(request),
        )

    def revert_disabled(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """One goes forward by a command, never back by a click."""
        return True

    def _sees_phone(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("members.see_phone")

    def _phone(self, request: HttpRequest) -> str:
        return "whole_phone" if self._sees_phone(request) else "hidden_phone"

    def _email(self, request: HttpRequest) -> str:
        return "whole_email" if self._sees_phone(request) else "hidden_email"

    @display(description=gettext_lazy("name"), ordering="search_name")
    def who(self, member: Member) -> str:
        """The name, or the number of somebody without one."""
        return str(member)

    @display(description=gettext_lazy("phone"))
    def whole_phone(self, member: Member) -> str:
        """Grouped as its country does."""
        return phones.spelled(member.phone) or "–"

    @display(description=gettext_lazy("phone"))
    def hidden_phone(self, member: Member) -> str:
        """Enough to recognise it by."""
        return phones.masked(member.phone) or "–"

    @display(description=gettext_lazy("e-mail"))
    def whole_email(self, member: Member) -> str:
        """The address."""
        return member.email or "–"

    @display(description=gettext_lazy("e-mail"))
    def hidden_email(self, member: Member) -> str:
        """Enough to recognise it by."""
        return phones.masked_email(member.email) or "–"

    @display(description=gettext_lazy("number"))
    def number(self, member: Member) -> str:
        """What the search takes."""
        return f"#{member.pk}"

    @display(
        description=gettext_lazy("status"),
        label={"active": "success", "merged": "info", "erased": "warning"},
    )
    def state(self, member: Member) -> tuple[str, str]:
        """The status, as a badge."""
        return member.status, member.get_status_display()

    @display(description=gettext_lazy("birthday"))
    def birthday(self, member: Member) -> str:
        """The day in its calendar, and when it comes next."""
        return profile.birthday(member, today=localdate())

    @display(description=gettext_lazy("tags"))
    def their_tags(self, member: Member) -> str:
        """One after the other."""
        return ", ".join(tag.name for tag in member.tags.order_by("name")) or "–"

    @display(description=gettext_lazy("custom fields"))
    def their_answers(self, member: Member) -> str:
        """What was told to the shop's own questions."""
        return profile.answers(member)

    @display(description=gettext_lazy("consents"))
    def their_consents(self, member: Member) -> str:
        """What stands now."""
        return profile.consents(member)

    @display(description=gettext_lazy("balances"))
    def balances(self, member: Member) -> str:
        """Explained lot by lot."""
        return profile.balances(member)
