from django.db import migrations

TABLES = """
-- What a column alone must be is its domain's, which is looked at only when it is written.
CREATE DOMAIN outbox_kind AS varchar(40) CHECK (VALUE ~ '^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*$');
CREATE DOMAIN outbox_payload AS jsonb CHECK (jsonb_typeof(VALUE) = 'object' AND length(VALUE::text) <= 4000);
ALTER TABLE outbox_event ALTER COLUMN kind TYPE outbox_kind, ALTER COLUMN payload TYPE outbox_payload;

-- Rows that change once or a few times each leave their room soon.
ALTER TABLE outbox_delivery SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    """The door through which events come in, and what no hand may change afterwards."""

    dependencies = [("outbox", "0001_initial"), ("ledger", "0002_enforce")]
    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
