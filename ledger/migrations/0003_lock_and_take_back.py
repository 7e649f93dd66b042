from django.db import migrations, models

KINDS = [
    ("top_up", "Top-up"),
    ("sale", "Sale"),
    ("gift_card_sale", "Gift card sold"),
    ("accrual", "Points earned"),
    ("grant", "Gift"),
    ("redemption", "Points redeemed"),
    ("claw_back", "Taken back"),
    ("transfer", "Transfer"),
    ("hold", "Hold"),
    ("expiry", "Expiry"),
    ("payout", "Payout"),
    ("partner", "Partner redemption"),
    ("adjustment", "Adjustment"),
    ("opening", "Opening balance"),
    ("reversal", "Reversal"),
]


class Migration(migrations.Migration):
    """Accounts can be locked before one decides; what was granted can be taken back."""

    dependencies = [("ledger", "0002_enforce")]
    operations = [
        migrations.RemoveConstraint("entry", "ledger_entry_kind_is_known"),
        migrations.AlterField(
            "entry",
            "kind",
            models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                condition=models.Q(kind__in=[word for word, _ in KINDS]),
                name="ledger_entry_kind_is_known",
            ),
        ),
    ]
