"""What became of whom: merges, forfeitures, and who wants to go; to be read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from members.models import ClosureRequest, Forfeiture, Merge
from stores.admin.base import ScopedAdmin


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin[Merge], ScopedAdmin[Merge]):
    """Which rows were one person."""

    store_path = None
    list_display = ("at", "source", "target", "reason", "staff", "approver")
    list_select_related = ("source", "target", "staff", "approver")
    search_fields = ("=source__id", "=target__id")
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    fields = (
        "source",
        "target",
        "at",
        "reason",
        "entry_id",
        "staff",
        "approver",
        "key",
    )


@admin.register(Forfeiture)
class ForfeitureAdmin(ReadOnlyAdmin[Forfeiture], ScopedAdmin[Forfeiture]):
    """What was given up with a signature."""

    store_path = None
    list_display = ("at", "member", "signed_on", "reference", "reason", "approver")
    list_select_related = ("member", "approver")
    search_fields = ("=member__id", "=reference")
    search_help_text = gettext_lazy("Number of the member, or the reference")
    ordering = ("-pk",)
    fields = (
        "member",
        "signed_on",
        "reference",
        "reason",
        "at",
        "entry_id",
        "staff",
        "approver",
        "key",
    )


@admin.register(ClosureRequest)
class ClosureRequestAdmin(ReadOnlyAdmin[ClosureRequest], ScopedAdmin[ClosureRequest]):
    """Who wants to go, and the store that pays them out first; closed wallets are
    paid out at the member's wallet.
    """

    money_fields = ("principal",)
    list_display = ("at", "member", "store", "principal", "state", "ended_at")
    list_filter = ("state", "store")
    list_select_related = ("member", "store")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    fields = ("member", "store", "principal", "state", "at", "ended_at")
