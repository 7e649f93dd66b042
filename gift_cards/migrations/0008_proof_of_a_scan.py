from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep a digest of the proof that a printed field carries beside the code."""

    dependencies = [("gift_cards", "0007_where_it_was_sold")]

    operations = [
        migrations.AddField(
            model_name="giftcardcode",
            name="proof_digest",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64
            ),
        ),
        migrations.RemoveConstraint(
            model_name="giftcardcode", name="gift_cards_giftcardcode_keeps_digests"
        ),
        migrations.AddConstraint(
            model_name="giftcardcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("digest__regex", "^[0-9a-f]{64}$"),
                    models.Q(
                        ("pin_digest", ""),
                        ("pin_digest__regex", "^[0-9a-f]{64}$"),
                        _connector="OR",
                    ),
                    models.Q(
                        ("proof_digest", ""),
                        ("proof_digest__regex", "^[0-9a-f]{64}$"),
                        _connector="OR",
                    ),
                    ("last4__regex", "^[0-9A-Z]{4}$"),
                ),
                name="gift_cards_giftcardcode_keeps_digests",
            ),
        ),
        migrations.AlterField(
            model_name="giftcardpolicy",
            name="pin_asked",
            field=models.BooleanField(
                default=True,
                help_text=(
                    "A card whose printed field is scanned proves itself and needs "
                    "none."
                ),
                verbose_name="ask for the PIN where a code is typed",
            ),
        ),
    ]
