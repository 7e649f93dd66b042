from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The complaints that were resolved on a day are found at once."""

    dependencies = [
        ("members", "0005_staff_cards"),
        ("recognition", "0006_one_more_visit"),
        ("stores", "0011_acts_of_a_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("state", "cured")),
                fields=["cured_at"],
                name="recognition_feedback_cured",
            ),
        ),
    ]
