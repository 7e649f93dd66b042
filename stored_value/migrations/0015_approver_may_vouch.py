from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether an approver may stand in for a guest's own code is the shop's policy."""

    dependencies = [("stored_value", "0014_clearing_added_up")]
    operations = [
        migrations.AddField(
            model_name="walletpolicy",
            name="approver_may_vouch",
            field=models.BooleanField(
                default=False,
                help_text="At the counter, instead of a code: for guests who are known by sight.",
                verbose_name="an approver may vouch for the guest",
            ),
        ),
    ]
