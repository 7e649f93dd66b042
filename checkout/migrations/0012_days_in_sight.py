from datetime import UTC, datetime

from django.db import migrations
from django.db.models import CheckConstraint, Q

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
SENTENCE = "Choose a day of the years 1900 to 2999."


def _kept(model: str, first: str, last: str) -> migrations.RunSQL:
    """What began before all days begins with none, what ends after all never ends."""
    return migrations.RunSQL(
        f"""
        UPDATE checkout_{model} SET
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

    dependencies = [("checkout", "0011_one_change_at_a_time")]
    operations = [
        _kept("billoffer", "starts_at", "ends_at"),
        _kept("nextvisitgift", "starts_at", "ends_at"),
        migrations.AddConstraint(
            model_name="billoffer",
            constraint=CheckConstraint(
                condition=_moments("starts_at", "ends_at"),
                name="checkout_billoffer_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        migrations.AddConstraint(
            model_name="nextvisitgift",
            constraint=CheckConstraint(
                condition=_moments("starts_at", "ends_at"),
                name="checkout_nextvisitgift_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
    ]
