from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations
from django.db.models import CheckConstraint, F, Q


class Migration(migrations.Migration):
    """A bonus given as an amount is bounded as one given as a share always was.

    What a shop offers already stays until its plan is saved anew.
    """

    dependencies = [("stored_value", "0011_days_in_sight")]
    operations = [
        AddConstraintNotValid(
            model_name="topupstep",
            constraint=CheckConstraint(
                condition=Q(bonus__lte=F("amount") * 10),
                name="stored_value_topupstep_bonus_within_ten_times",
                violation_error_message="A bonus is ten times what is paid at most.",
            ),
        ),
    ]
