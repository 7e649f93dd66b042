from django.db import migrations

SEE = [
    "recognition.view_feedback",
    "recognition.view_note",
    "recognition.view_occasion",
    "recognition.view_preference",
    "recognition.view_visit",
]
SERVE = [
    *SEE,
    "recognition.describe_member",
    "recognition.record_feedback",
    "recognition.write_note",
]
LEAD = [*SERVE, "recognition.cure_complaint", "recognition.assign_complaint"]
MANAGE = [
    *LEAD,
    "recognition.view_recognitionpolicy",
    "recognition.withdraw_note",
]
GIVEN = {
    "cashier": SERVE,
    "shift-lead": LEAD,
    "store-manager": MANAGE,
    "head-office": [*MANAGE, "recognition.add_recognitionpolicy"],
    "marketing": ["recognition.view_feedback", "recognition.view_visit"],
    "auditor": [*SEE, "recognition.view_recognitionpolicy"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Who serves describes and writes; who leads cures; who manages withdraws."""

    dependencies = [("recognition", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
