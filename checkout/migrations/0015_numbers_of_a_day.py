from django.db import migrations, models


class Migration(migrations.Migration):
    """Let bill numbers begin anew each business day, and each till count by itself.

    What was unique for ever stays unique: no row can be in the way.
    """

    dependencies = [("checkout", "0014_member_gone")]
    operations = [
        migrations.AddField(
            "sale",
            "numbered_by",
            models.CharField(
                "whose number",
                max_length=120,
                blank=True,
                default="",
                db_default="",
                help_text=(
                    "Empty: the store’s own; else the till’s that counts by itself."
                ),
            ),
        ),
        migrations.RemoveConstraint("sale", "checkout_sale_reference_once"),
        migrations.AddConstraint(
            "sale",
            models.UniqueConstraint(
                fields=["store", "reference", "business_date", "numbered_by"],
                name="checkout_sale_reference_once",
            ),
        ),
        migrations.AddField(
            "checkoutpolicy",
            "numbers_by",
            models.CharField(
                "bill numbers are unique in",
                max_length=10,
                choices=[("store", "the store"), ("till", "each till")],
                default="store",
                db_default="store",
                help_text=(
                    "On one business day. Choose tills where each of them counts by"
                    " itself."
                ),
            ),
        ),
        migrations.AddConstraint(
            "checkoutpolicy",
            models.CheckConstraint(
                condition=models.Q(numbers_by__in=["store", "till"]),
                name="checkout_checkoutpolicy_numbers_by_is_known",
            ),
        ),
    ]
