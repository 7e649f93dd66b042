from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0005_days_in_sight"),
    ]

    operations = [
        migrations.AddField(
            model_name="pointspolicy",
            name="on_service_charges",
            field=models.BooleanField(
                default=False, verbose_name="service charges earn"
            ),
        ),
        migrations.AddField(
            model_name="pointspolicy",
            name="on_taxes",
            field=models.BooleanField(default=False, verbose_name="taxes earn"),
        ),
        migrations.AddField(
            model_name="pointspolicy",
            name="on_tips",
            field=models.BooleanField(default=False, verbose_name="tips earn"),
        ),
    ]
