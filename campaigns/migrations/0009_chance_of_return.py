import django.core.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The chance of return as a third way to miss a regular, with its fitted rates."""

    dependencies = [
        ("campaigns", "0008_first_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnFit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("r", models.FloatField()),
                ("alpha", models.FloatField()),
                ("a", models.FloatField()),
                ("b", models.FloatField()),
                ("log_likelihood", models.FloatField()),
                ("members", models.PositiveIntegerField(verbose_name="members")),
            ],
            options={
                "verbose_name": "fitted rates of visits",
                "verbose_name_plural": "fitted rates of visits",
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="winbackpolicy",
            name="campaigns_winbackpolicy_method_is_known",
        ),
        migrations.AddField(
            model_name="winbackpolicy",
            name="at_risk_percent",
            field=models.PositiveSmallIntegerField(
                default=50,
                help_text="Of a visit within ninety days. Once three hundred members have come on three days; until then the own rhythm counts.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(99),
                ],
                verbose_name="by chance: at risk below, in percent",
            ),
        ),
        migrations.AddField(
            model_name="winbackpolicy",
            name="dormant_percent",
            field=models.PositiveSmallIntegerField(
                default=25,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(99),
                ],
                verbose_name="by chance: dormant below, in percent",
            ),
        ),
        migrations.AddField(
            model_name="winbackpolicy",
            name="lost_percent",
            field=models.PositiveSmallIntegerField(
                default=10,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(99),
                ],
                verbose_name="by chance: lost below, in percent",
            ),
        ),
        migrations.AddField(
            model_name="winbackreview",
            name="left_out",
            field=models.PositiveIntegerField(
                default=0, verbose_name="left out, as a campaign wrote to them"
            ),
        ),
        migrations.AlterField(
            model_name="winbackpolicy",
            name="method",
            field=models.CharField(
                choices=[
                    ("own_rhythm", "the guest’s own rhythm"),
                    ("days_since", "days since the last visit, the same for all"),
                    ("chance", "the fitted chance of return"),
                ],
                default="own_rhythm",
                max_length=10,
                verbose_name="measured by",
            ),
        ),
        migrations.AddConstraint(
            model_name="winbackpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ["own_rhythm", "days_since", "chance"])
                ),
                name="campaigns_winbackpolicy_method_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="winbackpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("at_risk_percent__gt", models.F("dormant_percent")),
                    ("at_risk_percent__lte", 99),
                    ("dormant_percent__gt", models.F("lost_percent")),
                    ("lost_percent__gte", 1),
                ),
                name="campaigns_winbackpolicy_chances_fall",
                violation_error_message="At risk comes before dormant, and dormant before lost.",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnfit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("a__gt", 0), ("alpha__gt", 0), ("b__gt", 0), ("r__gt", 0)
                ),
                name="campaigns_returnfit_rates_are_positive",
            ),
        ),
    ]
