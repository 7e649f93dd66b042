from django.db import migrations, models
from django.db.models import CheckConstraint, F, Q


class Migration(migrations.Migration):
    """A refund of a top-up says what was charged for points that were spent."""

    dependencies = [("stored_value", "0005_find_by_time")]
    operations = [
        migrations.RemoveConstraint("topuprefund", "stored_value_topuprefund_adds_up"),
        migrations.AddField(
            model_name="topuprefund",
            name="points_charged",
            field=models.BigIntegerField(
                default=0, verbose_name="charged for points spent"
            ),
        ),
        migrations.AddConstraint(
            model_name="topuprefund",
            constraint=CheckConstraint(
                condition=Q(
                    principal_left=F("paid_out")
                    + F("fee")
                    + F("bonus_spent_charged")
                    + F("points_charged")
                )
                & Q(paid_out__gte=0)
                & Q(fee__gte=0)
                & Q(bonus_spent_charged__gte=0)
                & Q(points_charged__gte=0)
                & Q(bonus_voided__gte=0),
                name="stored_value_topuprefund_adds_up",
            ),
        ),
    ]
