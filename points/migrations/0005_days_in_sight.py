from datetime import UTC, datetime

from django.db import migrations
from django.db.models import CheckConstraint, Q

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
SENTENCE = "Choose a day of the years 1900 to 2999."


def _kept(model: str, first: str, last: str) -> migrations.RunSQL:
    """What began before all days begins with none, what ends after all never ends."""
    return migrations.RunSQL(
        f"""
        UPDATE points_{model} SET
          {first} = CASE WHEN {first} > '3000-01-01+00' THEN '3000-01-01+00'
            WHEN {first} >= '1900-01-01+00' THEN {first} END,
          {last} = CASE WHEN {last} < '1900-01-01+00' THEN '1900-01-01+00'
            WHEN {last} <= '3000-01-01+00' THEN {last} END
        WHERE NOT {first} BETWEEN '1900-01-01+00' AND '3000-01-01+00'
           OR NOT {last} BETWEEN '1900-01-01+00' AND '3000-01-01+00'
        """,  # noqa: S608 (our own names, below)
        migrations.RunSQL.noop,
    )


def _moments(*names: str) -> Q:
    within = Q()
    for name in names:
        within &= Q(**{f"{name}__isnull": True}) | Q(
            **{f"{name}__range": (FIRST, LAST)}
        )
    return within


class Migration(migrations.Migration):
    """No day that nobody can read: one such row would stop every bill of the house."""

    dependencies = [("points", "0004_note_in_a_sale")]
    operations = [
        _kept("earningrule", "starts_at", "ends_at"),
        _kept("reward", "starts_at", "ends_at"),
        _kept("stampprogramme", "starts_at", "ends_at"),
        _kept("task", "starts_at", "ends_at"),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=CheckConstraint(
                condition=_moments("starts_at", "ends_at"),
                name="points_earningrule_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        migrations.AddConstraint(
            model_name="reward",
            constraint=CheckConstraint(
                condition=_moments("starts_at", "ends_at"),
                name="points_reward_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        migrations.AddConstraint(
            model_name="stampprogramme",
            constraint=CheckConstraint(
                condition=_moments("starts_at", "ends_at"),
                name="points_stampprogramme_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=CheckConstraint(
                condition=_moments("starts_at", "ends_at"),
                name="points_task_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
    ]
