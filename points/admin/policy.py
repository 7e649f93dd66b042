"""The shop's rules for points, version by version."""

from django.contrib import admin

from points.models import PointsPolicy
from policies.admin import PolicyAdmin


@admin.register(PointsPolicy)
class PointsPolicyAdmin(PolicyAdmin[PointsPolicy]):
    """How points are earned, spent and lost."""

    money_fields = ("earn_per", "step_worth", "growth_per", "growth_top_up_per")
    percent_fields = ("most_of_bill",)
