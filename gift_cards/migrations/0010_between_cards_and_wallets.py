from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether members buy with stored value, and whether cards go back into it."""

    dependencies = [
        ("gift_cards", "0009_gifts_by_text_message"),
    ]

    operations = [
        migrations.AddField(
            model_name="giftcardpolicy",
            name="sold_for_stored_value",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="In the portal, from their principal; never from a bonus.",
                verbose_name="members may buy with stored value",
            ),
        ),
        migrations.AddField(
            model_name="giftcardpolicy",
            name="may_move_to_wallet",
            field=models.BooleanField(
                db_default=True,
                default=True,
                verbose_name="what is left may be moved into stored value",
            ),
        ),
    ]
