from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """An approval says when the card is the maker's own: only then may they gain."""

    dependencies = [("stores", "0006_proof_tries")]
    operations = [
        migrations.AddField(
            "approval",
            "is_own_card",
            models.BooleanField(
                db_default=False, default=False, verbose_name="at one’s own card"
            ),
        ),
        migrations.RemoveConstraint("approval", "stores_approval_maker_gains_nothing"),
        migrations.AddConstraint(
            "approval",
            models.CheckConstraint(
                condition=Q(beneficiary=None, is_own_card=False)
                | ~Q(beneficiary=F("maker")) & Q(is_own_card=False)
                | Q(
                    beneficiary__isnull=False,
                    beneficiary=F("maker"),
                    is_own_card=True,
                ),
                name="stores_approval_maker_gains_only_as_told",
            ),
        ),
    ]
