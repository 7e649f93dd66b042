from django.db import migrations


class Migration(migrations.Migration):
    """Looks up and settles with plans that are made once for a connection."""

    dependencies = [("checkout", "0008_ask_who_set_a_code")]
    operations = []
