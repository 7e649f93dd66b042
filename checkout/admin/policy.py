"""The rules of the bill."""

from django.contrib import admin

from checkout.models import CheckoutPolicy
from policies.admin import PolicyAdmin


@admin.register(CheckoutPolicy)
class CheckoutPolicyAdmin(PolicyAdmin[CheckoutPolicy]):
    """How a bill is rounded, and how a refund is shared out, version by version."""

    money_fields = ("rounding", "most_rounded")
