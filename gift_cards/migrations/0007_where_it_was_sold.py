from django.db import migrations, models


class Migration(migrations.Migration):
    """The store of a sold card is named as a place; only the words change."""

    dependencies = [
        ("gift_cards", "0006_free_amount_both_or_neither"),
        ("stores", "0005_limits_without_a_shift"),
    ]

    operations = [
        migrations.AlterField(
            model_name="giftcard",
            name="store",
            field=models.ForeignKey(
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to="stores.store",
                verbose_name="where it was sold",
            ),
        ),
    ]
