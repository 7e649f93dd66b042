from django.db import migrations, models
from django.db.models import Func


class Migration(migrations.Migration):
    """A line of the log says in which transaction it was written, from now on.

    In two steps: the lines that are there keep none, and the table is not rewritten.
    """

    dependencies = [("stores", "0007_own_cards")]
    operations = [
        migrations.AddField(
            "auditevent",
            "written_in",
            models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AlterField(
            "auditevent",
            "written_in",
            models.BigIntegerField(
                db_default=Func(
                    function="txid_current", output_field=models.BigIntegerField()
                ),
                editable=False,
                null=True,
            ),
        ),
    ]
