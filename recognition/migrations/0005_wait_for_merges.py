from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A visit noted while its member is being merged goes to the one who is left."""

    dependencies = [("recognition", "0004_keepers_are_the_members")]
    operations = [
        migrations.RunSQL(
            (SQL / "visits.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
