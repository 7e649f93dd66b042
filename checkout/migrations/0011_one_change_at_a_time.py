from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Stamps rise in the order in which changes become visible."""

    dependencies = [
        ("checkout", "0010_sale_at_once"),
        ("points", "0001_initial"),
        ("tiers", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            (SQL / "stamps.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION checkout_one_change_at_a_time() CASCADE;",
        ),
    ]
