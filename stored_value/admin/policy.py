"""The rules of stored value."""

from django.contrib import admin

from policies.admin import PolicyAdmin
from stored_value.models import WalletPolicy


@admin.register(WalletPolicy)
class WalletPolicyAdmin(PolicyAdmin[WalletPolicy]):
    """How money is taken in, spent and given back, version by version."""

    money_fields = (
        "least_top_up",
        "most_top_up",
        "most_held",
        "most_on_bearer_card",
        "most_cash_out",
        "code_from",
    )
    percent_fields = ("refund_fee_per_mille",)
