from django.db import migrations
from django.db.models.functions import Now

RENAMED = {
    "stored_value.view_staffaccount": "members.view_staffmembership",
    "stored_value.add_staffaccount": "members.add_staffmembership",
    "stored_value.delete_staffaccount": "members.end_staffmembership",
}


def move(apps, schema_editor):
    links = apps.get_model("members", "StaffMembership").objects
    for row in apps.get_model("stored_value", "StaffAccount").objects.all():
        links.create(staff_id=row.staff_id, member_id=row.member_id, since=Now())
    for role in apps.get_model("stores", "Role").objects.all():
        names = {RENAMED.get(name, name) for name in role.permissions}
        role.permissions = sorted(names)
        role.save(update_fields=["permissions"])

    # Django makes the names of a model's permissions, and never takes them back.
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(
        content_type__app_label="stored_value", content_type__model="staffaccount"
    ).delete()


class Migration(migrations.Migration):
    """Which member somebody of the staff is: a matter of members, for every act."""

    dependencies = [
        ("stored_value", "0012_bonus_within_ten_times"),
        ("members", "0005_staff_cards"),
        ("stores", "0007_own_cards"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel("StaffAccount"),
    ]
