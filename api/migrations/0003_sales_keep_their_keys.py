from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The key of a settled sale stands for that sale, and for nothing after it."""

    dependencies = [
        ("api", "0002_claims"),
        ("checkout", "0010_sale_at_once"),
    ]
    operations = [
        migrations.RunSQL(
            (SQL / "answers.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
