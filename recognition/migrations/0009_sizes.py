from django.db import migrations, models


class Migration(migrations.Migration):
    """A shop knows a regular's sizes as a restaurant knows the seat."""

    dependencies = [("recognition", "0008_said_on_their_own_pages")]

    operations = [
        migrations.AlterField(
            model_name="preference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("allergy", "Allergy"),
                    ("like", "Likes"),
                    ("dislike", "Dislikes"),
                    ("seat", "Seat"),
                    ("size", "Size"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="preference", name="recognition_preference_kind_is_known"
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["allergy", "like", "dislike", "seat", "size"])
                ),
                name="recognition_preference_kind_is_known",
            ),
        ),
    ]
