from django.db import migrations

GUARDS = {
    "checkout_sale_keeps": "checkout_sale",
    "checkout_sale_status_ends": "checkout_sale",
    "checkout_saleline_keeps": "checkout_saleline",
    "checkout_salepayment_keeps": "checkout_salepayment",
    "checkout_refund_void_stands_alone": "checkout_refund",
}


class Migration(migrations.Migration):
    """What keeps sales as they were settled is on for replicas too, as in the books."""

    dependencies = [("checkout", "0006_latest_first")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};",
            migrations.RunSQL.noop,
        )
        for trigger, table in GUARDS.items()
    ]
