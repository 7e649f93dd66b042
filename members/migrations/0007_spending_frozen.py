from django.db import migrations, models


class Migration(migrations.Migration):
    """A member may freeze what they hold, and nobody pays with it until it is lifted."""

    dependencies = [("members", "0006_phone_changed")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="spending_frozen_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="spending frozen by the member at",
            ),
        )
        for model in ("historicalmember", "member")
    ]
