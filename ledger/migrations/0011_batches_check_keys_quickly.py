from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A batch has each foreign key checked by a plan that is kept."""

    dependencies = [("ledger", "0010_batches_by_index")]
    operations = [
        migrations.RunSQL(
            (SQL / "post_many.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
