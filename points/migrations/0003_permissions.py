from django.db import migrations

VIEWS = [
    "points.view_accrual",
    "points.view_accrualrefund",
    "points.view_checkin",
    "points.view_earningrule",
    "points.view_pointspolicy",
    "points.view_receiptcode",
    "points.view_redemption",
    "points.view_reward",
    "points.view_rewardorder",
    "points.view_stampgrant",
    "points.view_stampprogramme",
    "points.view_task",
    "points.view_taskdone",
]
CASHIER = [
    "points.accrue",
    "points.redeem_points",
    "points.give_stamps",
    "points.hand_over_reward",
    "points.issue_receipt_code",
    "points.order_reward",
    "points.view_accrual",
    "points.view_redemption",
    "points.view_reward",
    "points.view_rewardorder",
    "points.view_stampprogramme",
]
SHIFT_LEAD = [
    *CASHIER,
    "points.cancel_reward_order",
    "points.complete_task",
    "points.grant_points",
    "points.void_receipt_code",
    "points.view_accrualrefund",
    "points.view_receiptcode",
    "points.view_stampgrant",
]
EDITS = [
    f"points.{verb}_{model}"
    for verb in ("add", "change")
    for model in ("earningrule", "reward", "stampprogramme", "task")
]
GIVEN = {
    "cashier": CASHIER,
    "shift-lead": SHIFT_LEAD,
    "store-manager": [*SHIFT_LEAD, *VIEWS],
    "head-office": [*SHIFT_LEAD, *VIEWS, *EDITS, "points.add_pointspolicy"],
    "marketing": [*VIEWS, *EDITS],
    "auditor": VIEWS,
}
# Points that a shift lead gives alone: at one go, and in a shift.
ALONE = (500, 2000)


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])
        if role.code == "shift-lead":
            apps.get_model("stores", "RoleLimit").objects.get_or_create(
                role=role,
                act="points.grant_points",
                defaults={"per_act": ALONE[0], "per_shift": ALONE[1]},
            )


class Migration(migrations.Migration):
    """Who may credit, spend, give and hand over, and who draws the programme."""

    dependencies = [("points", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
