-- Facts of several columns at once that never change after the INSERT: a trigger on INSERT
-- looks at them, compiled once a session.
--
-- PostgreSQL parses the stored text of a CHECK constraint anew in every statement that
-- writes the table; in a posting that was more than half of the work. What one column alone
-- must be is a domain's constraint, and what each posting can break of several columns at
-- once stays a CHECK: both stand in the migrations.

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
CREATE OR REPLACE TRIGGER ledger_entry_facts BEFORE INSERT ON ledger_entry
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
CREATE OR REPLACE TRIGGER ledger_account_facts BEFORE INSERT ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_check_account();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_facts;
