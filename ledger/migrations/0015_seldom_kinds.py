from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Seldom kinds, one store's newest and memos are found in millions of entries."""

    dependencies = [("ledger", "0014_expiry_without_a_note")]
    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["kind", "-seq"],
                name="ledger_entry_seldom",
                condition=~models.Q(kind__in=["sale", "top_up", "accrual"]),
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["store", "-seq"],
                name="ledger_entry_of_store",
                condition=models.Q(store__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                OpClass(Upper("memo"), name="text_pattern_ops"),
                name="ledger_entry_by_memo",
                condition=~models.Q(memo=""),
            ),
        ),
    ]
