"""Journeys and gifts of campaigns: read only."""

from django.contrib import admin

from campaigns.models import Grant, Journey
from common.admin import ReadOnlyAdmin
from stores.admin.base import ScopedAdmin


@admin.register(Journey)
class JourneyAdmin(ReadOnlyAdmin[Journey], ScopedAdmin[Journey]):
    """Who is in which campaign, and how it went."""

    store_path = "member__home_store"
    list_display = (
        "row_number",
        "campaign",
        "member",
        "period",
        "arm",
        "entered_at",
        "due_at",
        "outcome",
    )
    list_filter = ("outcome", "arm", "campaign")
    list_select_related = ("campaign", "member__home_store")
    search_fields = ("=member__id",)
    ordering = ("-pk",)


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin[Grant], ScopedAdmin[Grant]):
    """What was given, to whom, and what it can cost."""

    store_path = "member__home_store"
    money_fields = ("cost",)
    list_display = ("row_number", "campaign", "member", "gift", "points", "at")
    list_filter = ("campaign",)
    list_select_related = ("campaign", "coupon__version", "member__home_store")
    search_fields = ("=member__id",)
    ordering = ("-pk",)
    fields = ("campaign", "member", "period", "coupon", "points", "cost", "at")

    @admin.display(description=Grant._meta.get_field("coupon").verbose_name)
    def gift(self, grant: Grant) -> str:
        """The name of the coupon."""
        return "–" if grant.coupon is None else grant.coupon.version.name
