from django.db import migrations, models
from django.db.models import PROTECT, CheckConstraint, F, Q


class Migration(migrations.Migration):
    """A top-up keeps which coupon was laid on it and what it gave; a refund, whether it
    came back.
    """

    dependencies = [
        ("stored_value", "0008_bearer_wallets"),
        ("coupons", "0009_use_pass"),
    ]
    operations = [
        migrations.AddField(
            model_name="topup",
            name="coupon",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="coupons.coupon",
                verbose_name="top-up coupon",
            ),
        ),
        migrations.AddField(
            model_name="topup",
            name="coupon_bonus",
            field=models.BigIntegerField(default=0, verbose_name="bonus of the coupon"),
        ),
        migrations.AddField(
            model_name="topuprefund",
            name="coupon_returned",
            field=models.BooleanField(
                default=False, verbose_name="top-up coupon given back"
            ),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=CheckConstraint(
                condition=Q(coupon=None, coupon_bonus=0)
                | Q(
                    coupon__isnull=False,
                    member__isnull=False,
                    coupon_bonus__gt=0,
                    coupon_bonus__lte=F("bonus"),
                ),
                name="stored_value_topup_coupon_gave_its_bonus",
            ),
        ),
    ]
