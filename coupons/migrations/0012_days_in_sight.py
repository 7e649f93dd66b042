from datetime import UTC, date, datetime

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations
from django.db.models import CheckConstraint, Q

FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
SENTENCE = "Choose a day of the years 1900 to 2999."


def _kept(model: str, first: str, last: str) -> migrations.RunSQL:
    """What began before all days begins with none, what ends after all never ends."""
    return migrations.RunSQL(
        f"""
        UPDATE coupons_{model} SET
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
    """No day that nobody can read: one such row would stop every bill of the house.

    What was promised stays as it was promised: of versions only new rows are checked.
    """

    dependencies = [("coupons", "0011_say_what_stands_alone")]
    operations = [
        migrations.RunSQL(
            """
            UPDATE coupons_coupontemplate SET
              valid_from = least(greatest(valid_from, '1900-01-01+00'), '2999-12-31+00'),
              valid_until = least(greatest(valid_until, '1900-01-02+00'), '3000-01-01+00')
            WHERE NOT valid_from BETWEEN '1900-01-01+00' AND '3000-01-01+00'
               OR NOT valid_until BETWEEN '1900-01-01+00' AND '3000-01-01+00';
            UPDATE coupons_templateblackout SET
              first_on = least(greatest(first_on, '1900-01-01'), '2999-12-31'),
              last_on = least(greatest(last_on, '1900-01-01'), '2999-12-31')
            WHERE NOT first_on BETWEEN '1900-01-01' AND '2999-12-31'
               OR NOT last_on BETWEEN '1900-01-01' AND '2999-12-31';
            """,
            migrations.RunSQL.noop,
        ),
        _kept("coupontemplate", "issued_from", "issued_until"),
        migrations.AddConstraint(
            model_name="coupontemplate",
            constraint=CheckConstraint(
                condition=_moments("valid_from", "valid_until"),
                name="coupons_coupontemplate_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        migrations.AddConstraint(
            model_name="coupontemplate",
            constraint=CheckConstraint(
                condition=_moments("issued_from", "issued_until"),
                name="coupons_coupontemplate_issued_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        migrations.AddConstraint(
            model_name="templateblackout",
            constraint=CheckConstraint(
                condition=Q(first_on__range=(FIRST_DAY, LAST_DAY))
                & Q(last_on__range=(FIRST_DAY, LAST_DAY)),
                name="coupons_templateblackout_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
        AddConstraintNotValid(
            model_name="templateversion",
            constraint=CheckConstraint(
                condition=_moments("valid_from", "valid_until"),
                name="coupons_templateversion_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ),
    ]
