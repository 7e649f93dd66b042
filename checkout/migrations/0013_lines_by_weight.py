from django.db import migrations, models


class Migration(migrations.Migration):
    """Quantities in thousandths, lines of other kinds, a bill of nothing.

    The table of lines is written anew once, in the place where it stands: no trigger of
    its own is asked by that, and no row can be missed.
    """

    dependencies = [("checkout", "0012_days_in_sight")]
    operations = [
        migrations.RemoveConstraint(
            model_name="saleline", name="checkout_saleline_is_its_price"
        ),
        migrations.RunSQL(
            "ALTER TABLE checkout_saleline"
            " ALTER COLUMN quantity TYPE integer USING quantity * 1000",
            "ALTER TABLE checkout_saleline"
            " ALTER COLUMN quantity TYPE integer USING quantity / 1000",
        ),
        migrations.RenameField("saleline", "quantity", "thousandths"),
        migrations.AlterField(
            "saleline",
            "thousandths",
            models.PositiveIntegerField("quantity in thousandths", default=1000),
        ),
        migrations.AlterField(
            "saleline", "unit_price", models.BigIntegerField("price", null=True)
        ),
        migrations.AddField(
            "saleline",
            "kind",
            models.CharField(
                "kind",
                max_length=16,
                choices=[
                    ("item", "item"),
                    ("tax", "tax"),
                    ("service_charge", "service charge"),
                    ("tip", "tip"),
                ],
                default="item",
                db_default="item",
            ),
        ),
        migrations.AddConstraint(
            "saleline",
            models.CheckConstraint(
                condition=(models.Q(unit_price__gte=0) | models.Q(unit_price=None))
                & models.Q(
                    thousandths__gte=1,
                    kind__in=["item", "tax", "service_charge", "tip"],
                ),
                name="checkout_saleline_is_some_of_something",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="sale", name="checkout_sale_amounts_not_negative"
        ),
        migrations.AddConstraint(
            "sale",
            models.CheckConstraint(
                condition=models.Q(
                    gross__gte=0,
                    gross__lte=10**12,
                    discount__gte=0,
                    net__gte=0,
                    paid__gte=0,
                    due__gte=0,
                    change__gte=0,
                ),
                name="checkout_sale_amounts_not_negative",
            ),
        ),
    ]
