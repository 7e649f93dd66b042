from django.db import migrations, models


class Migration(migrations.Migration):
    """Say of a refund that whoever bought it was gone: nothing went back to them."""

    dependencies = [("checkout", "0013_lines_by_weight")]
    operations = [
        migrations.AddField(
            model_name="refund",
            name="is_member_gone",
            field=models.BooleanField(
                default=False,
                db_default=False,
                help_text="Points, growth value and stamps are let go.",
                verbose_name="the member is gone",
            ),
        ),
    ]
