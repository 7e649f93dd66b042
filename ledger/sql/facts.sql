-- Facts that are read once a session, in place of constraints that are read in each statement.
--
-- PostgreSQL parses the stored text of a CHECK constraint anew in every statement that
-- writes the table; in a posting that was more than half of the work. What one column alone
-- must be is a domain's constraint, and what never changes after the INSERT is checked by a
-- trigger on INSERT: both are compiled once a session. What each posting can break of
-- several columns at once stays a CHECK.
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

-- A column that a trigger names does not change its type: these two come again below.
DROP TRIGGER ledger_account_identity ON ledger_account;
DROP TRIGGER ledger_lot_identity ON ledger_lot;

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

CREATE TRIGGER ledger_account_identity
  BEFORE UPDATE OF id, kind, unit_id, guarded, side, holder_kind, holder_id, slot ON ledger_account
  FOR EACH ROW
  WHEN ((OLD.id, OLD.kind, OLD.unit_id, OLD.guarded, OLD.side, OLD.holder_kind, OLD.holder_id, OLD.slot)
    IS DISTINCT FROM (NEW.id, NEW.kind, NEW.unit_id, NEW.guarded, NEW.side, NEW.holder_kind, NEW.holder_id, NEW.slot))
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_identity;

CREATE TRIGGER ledger_lot_identity
  BEFORE UPDATE OF id, account_id, posting_id, initial ON ledger_lot
  FOR EACH ROW
  WHEN ((OLD.id, OLD.account_id, OLD.posting_id, OLD.initial)
    IS DISTINCT FROM (NEW.id, NEW.account_id, NEW.posting_id, NEW.initial))
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_lot ENABLE ALWAYS TRIGGER ledger_lot_identity;

-- Entries never change after the INSERT, so this sees each of them.
CREATE OR REPLACE FUNCTION ledger_check_entry() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_broken text;
BEGIN
  v_broken := CASE
    WHEN (NEW.kind = 'reversal') <> (NEW.reverses_id IS NOT NULL) THEN 'ledger_entry_only_reversals_reverse'
    WHEN NEW.actor LIKE 'staff:%' AND NEW.store_id IS NULL THEN 'ledger_entry_staff_act_in_a_store'
    WHEN NEW.actor LIKE 'staff:%' AND NEW.actor IS DISTINCT FROM 'staff:' || NEW.staff_id THEN 'ledger_entry_staff_are_named'
    WHEN NEW.till_id IS NOT NULL AND NEW.shift_id IS NULL AND NEW.actor NOT LIKE 'key:%' THEN 'ledger_entry_tills_have_a_shift'
    WHEN NEW.approver_id = NEW.staff_id THEN 'ledger_entry_second_person_is_another'
  END;
  IF v_broken IS NOT NULL THEN
    RAISE EXCEPTION 'an entry breaks the rule %', v_broken USING ERRCODE = 'check_violation', CONSTRAINT = v_broken, TABLE = 'ledger_entry';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER ledger_entry_facts BEFORE INSERT ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_facts;

-- What an account is never changes either: `ledger_account_identity` sees to it.
CREATE OR REPLACE FUNCTION ledger_check_account() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_broken text;
BEGIN
  v_broken := CASE
    WHEN NEW.guarded <> (NEW.kind IN ('principal', 'bonus', 'points', 'growth', 'stamps', 'gift_card', 'held', 'debt')) THEN 'ledger_account_kind_decides_guard'
    WHEN NEW.guarded AND NEW.side <> 'C' AND (NEW.kind <> 'debt' OR NEW.side <> 'D') THEN 'ledger_account_only_debts_grow_by_debit'
  END;
  IF v_broken IS NOT NULL THEN
    RAISE EXCEPTION 'an account breaks the rule %', v_broken USING ERRCODE = 'check_violation', CONSTRAINT = v_broken, TABLE = 'ledger_account';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER ledger_account_facts BEFORE INSERT ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_check_account();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_facts;

-- The same refusal as before, asked in the form that costs least.
CREATE OR REPLACE FUNCTION ledger_refuse_closed_account() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF 'closed' = ANY (ARRAY(SELECT status FROM ledger_account WHERE id IN (NEW.debit_id, NEW.credit_id))) THEN
    RAISE EXCEPTION 'account is closed' USING ERRCODE = 'RG003';
  END IF;
  RETURN NEW;
END
$$;

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
