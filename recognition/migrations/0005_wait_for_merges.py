from django.db import migrations


class Migration(migrations.Migration):
    """A visit noted while its member is being merged goes to the one who is left."""

    dependencies = [("recognition", "0004_keepers_are_the_members")]
    operations = []
