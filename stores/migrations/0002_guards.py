from django.db import migrations

# A shift's till stands in the shift's store.
TILL_OF_STORE = """
ALTER TABLE stores_shift ADD CONSTRAINT stores_shift_till_is_of_store
    FOREIGN KEY (till_id, store_id) REFERENCES stores_till (id, store_id);
"""
TILL_OF_STORE_OFF = (
    "ALTER TABLE stores_shift DROP CONSTRAINT stores_shift_till_is_of_store;"
)


class Migration(migrations.Migration):
    """The database itself keeps the log, the shifts and the approvals as they were."""

    dependencies = [("stores", "0001_initial")]
    operations = [migrations.RunSQL(TILL_OF_STORE, TILL_OF_STORE_OFF)]
