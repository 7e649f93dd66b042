from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep what a dry run saw in a file, for whoever is to say whether it is right."""

    dependencies = [("imports", "0002_permissions")]
    operations = [
        migrations.AddField(
            model_name="importjob",
            name="preview",
            field=models.JSONField(default=dict, verbose_name="seen in the file"),
        ),
    ]
