from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Codes by the million, quotas that hold, and redemption in one statement."""

    dependencies = [("coupons", "0003_permissions")]
    operations = [
        migrations.AddField(
            model_name="couponissue",
            name="posting",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="posting"),
        ),
        *(
            migrations.RunSQL(
                (SQL / f"{name}.sql").read_text(encoding="utf-8"),
                migrations.RunSQL.noop,
            )
            for name in ("code", "graph", "issue", "redeem")
        ),
    ]
