from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.lookups import Exact, GreaterThan

NOW_DOMAINS_OR_TRIGGERS = {
    "account": (
        "never_negative",
        "balance_is_bounded",
        "kind_decides_guard",
        "kind_is_known",
        "only_debts_grow_by_debit",
        "status_is_known",
    ),
    "entry": (
        "kind_is_known",
        "only_reversals_reverse",
        "names_its_actor",
        "staff_act_in_a_store",
        "staff_are_named",
        "tills_have_a_shift",
        "second_person_is_another",
    ),
    "posting": ("amount_is_positive",),
    "lot": ("within_bounds", "open_while_it_lasts"),
    "lotuse": ("amount_is_positive",),
}


# PostgreSQL parses the stored text of a CHECK constraint anew in every statement that
# writes the table, a domain's once a session.
TABLES = """
CREATE DOMAIN ledger_amount AS bigint
  CONSTRAINT ledger_amount_is_positive CHECK (VALUE > 0)
  CONSTRAINT ledger_amount_is_bounded CHECK (VALUE <= 1000000000000000);
CREATE DOMAIN ledger_balance AS bigint
  CONSTRAINT ledger_balance_never_negative CHECK (VALUE >= 0)
  CONSTRAINT ledger_balance_is_bounded CHECK (VALUE <= 100000000000000000);
CREATE DOMAIN ledger_account_kind AS varchar(12)
  CONSTRAINT ledger_account_kind_is_known CHECK (VALUE = ANY ('{principal,bonus,points,growth,stamps,gift_card,held,debt,tender,sales,promotion,granted,breakage,receivable,adjustment,opening}'::text[]));
CREATE DOMAIN ledger_account_status AS varchar(6)
  CONSTRAINT ledger_account_status_is_known CHECK (VALUE = ANY ('{open,frozen,closed}'::text[]));
CREATE DOMAIN ledger_entry_kind AS varchar(20)
  CONSTRAINT ledger_entry_kind_is_known CHECK (VALUE = ANY ('{top_up,gift_card_sale,sale,accrual,grant,redemption,claw_back,transfer,hold,expiry,revival,payout,partner,adjustment,opening,reversal}'::text[]));
CREATE DOMAIN ledger_actor AS varchar(80)
  CONSTRAINT ledger_entry_names_its_actor CHECK (VALUE ~ '^(staff|key|member|system):.+$');
CREATE DOMAIN ledger_key AS varchar(300)
  CONSTRAINT ledger_entry_has_a_key CHECK (VALUE <> '');
CREATE DOMAIN ledger_request AS varchar(64)
  CONSTRAINT ledger_entry_names_its_request CHECK (VALUE <> '');

-- A column that a trigger names does not change its type; where these two are there
-- already, `install_sql` puts them back.
DROP TRIGGER IF EXISTS ledger_account_identity ON ledger_account;
DROP TRIGGER IF EXISTS ledger_lot_identity ON ledger_lot;

ALTER TABLE ledger_entry
  ALTER COLUMN kind TYPE ledger_entry_kind, ALTER COLUMN key TYPE ledger_key,
  ALTER COLUMN actor TYPE ledger_actor, ALTER COLUMN request_id TYPE ledger_request;
ALTER TABLE ledger_posting ALTER COLUMN amount TYPE ledger_amount;
ALTER TABLE ledger_lotuse ALTER COLUMN amount TYPE ledger_amount;
ALTER TABLE ledger_lot
  ALTER COLUMN initial TYPE ledger_amount, ALTER COLUMN remaining TYPE ledger_balance;
ALTER TABLE ledger_account
  ALTER COLUMN kind TYPE ledger_account_kind, ALTER COLUMN status TYPE ledger_account_status,
  ALTER COLUMN balance TYPE ledger_balance;

-- A row of the books points only at what is already there, so its keys are looked up at
-- once: keys put off until the end cost a queue in every transaction.
DO $$
DECLARE
  v_key record;
BEGIN
  FOR v_key IN
    SELECT conrelid::regclass AS owner, conname FROM pg_constraint
     WHERE contype = 'f' AND condeferrable AND conrelid IN (
       'ledger_account'::regclass, 'ledger_entry'::regclass, 'ledger_posting'::regclass, 'ledger_reversed'::regclass,
       'ledger_lot'::regclass, 'ledger_lotuse'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY IMMEDIATE', v_key.owner, v_key.conname);
  END LOOP;
END
$$;

-- Keys are looked up whole, never by how they begin.
DROP INDEX IF EXISTS ledger_entry_key_b3fe1ea3_like;
"""


class Migration(migrations.Migration):
    """The same refusals at half the price of a posting."""

    dependencies = [("ledger", "0005_expire_of_one_holder")]
    operations = [
        *(
            migrations.RemoveConstraint(model, f"ledger_{model}_{fact}")
            for model, facts in NOW_DOMAINS_OR_TRIGGERS.items()
            for fact in facts
        ),
        migrations.RunSQL(TABLES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "lot",
            models.CheckConstraint(
                condition=Q(remaining__lte=F("initial")),
                name="ledger_lot_within_bounds",
            ),
        ),
        migrations.AddConstraint(
            "lot",
            models.CheckConstraint(
                condition=Exact(F("is_open"), GreaterThan(F("remaining"), 0)),
                name="ledger_lot_open_while_it_lasts",
            ),
        ),
    ]
