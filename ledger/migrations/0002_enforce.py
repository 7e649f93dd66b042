from django.db import migrations

TABLES = """
-- A posting moves one unit: the same one on both sides.
ALTER TABLE ledger_posting
  ADD CONSTRAINT ledger_posting_debit_unit FOREIGN KEY (debit_id, unit_id)
    REFERENCES ledger_account (id, unit_id),
  ADD CONSTRAINT ledger_posting_credit_unit FOREIGN KEY (credit_id, unit_id)
    REFERENCES ledger_account (id, unit_id);

-- Entries are numbered in the order they were written; nobody chooses a number.
ALTER TABLE ledger_entry ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY;

-- Room on each page, so that a balance or a lot changes without touching an index.
ALTER TABLE ledger_account SET (fillfactor = 80);
ALTER TABLE ledger_lot SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    """What the database itself refuses, beside its functions and triggers."""

    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(TABLES, migrations.RunSQL.noop)]
