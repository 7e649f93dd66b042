"""The rules of gift cards, version by version."""

from django.contrib import admin

from gift_cards.models import GiftCardPolicy
from policies.admin import PolicyAdmin


@admin.register(GiftCardPolicy)
class GiftCardPolicyAdmin(PolicyAdmin[GiftCardPolicy]):
    """How gift cards are sold, how long they last, how often one may mistype."""

    money_fields = ("smallest", "largest")
