from django.db import migrations

CASHIER = [
    "members.view_member",
    "members.add_member",
    "members.change_member",
    "members.tag_member",
    "members.record_consent",
    "members.view_consent",
    "members.view_tag",
]
SHIFT_LEAD = [*CASHIER, "members.see_phone", "members.change_phone"]
STORE_MANAGER = [
    *SHIFT_LEAD,
    "members.assign_keeper",
    "members.change_birthday",
    "members.export_member",
    "members.merge_member",
    "members.view_consenttext",
    "members.view_customfield",
    "members.view_forfeiture",
    "members.view_merge",
]
HEAD_OFFICE = [
    *STORE_MANAGER,
    "members.add_consenttext",
    "members.add_customfield",
    "members.add_tag",
    "members.change_customfield",
    "members.change_tag",
    "members.erase_member",
]
MARKETING = [
    "members.view_member",
    "members.view_consent",
    "members.view_consenttext",
    "members.view_customfield",
    "members.view_tag",
    "members.add_tag",
    "members.tag_member",
]
AUDITOR = [
    "members.view_member",
    "members.view_consent",
    "members.view_consenttext",
    "members.view_customfield",
    "members.view_forfeiture",
    "members.view_merge",
    "members.view_tag",
]
GIVEN = {
    "cashier": CASHIER,
    "shift-lead": SHIFT_LEAD,
    "store-manager": STORE_MANAGER,
    "head-office": HEAD_OFFICE,
    "marketing": MARKETING,
    "auditor": AUDITOR,
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """The counter enrols and finds; managers see phones, merge and mend; head office erases."""

    dependencies = [("members", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
