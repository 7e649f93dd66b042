-- What the database itself refuses where staff meet their own member card.

SELECT policies_keep_forever('members_staffcardpolicy');
SELECT policies_keep_forever('members_staffcardact');

-- A link is ended, never rewritten: who was whom stays known.
CREATE OR REPLACE FUNCTION members_staffmembership_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
     OR (NEW.id, NEW.staff_id, NEW.member_id, NEW.since, NEW.linked_by_id)
        IS DISTINCT FROM (OLD.id, OLD.staff_id, OLD.member_id, OLD.since, OLD.linked_by_id) THEN
    RAISE EXCEPTION 'the link of staff to a member is ended, never rewritten' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER members_staffmembership_never_rewritten BEFORE UPDATE OR DELETE ON members_staffmembership
  FOR EACH ROW EXECUTE FUNCTION members_staffmembership_guard();
ALTER TABLE members_staffmembership ENABLE ALWAYS TRIGGER members_staffmembership_never_rewritten;

-- At one's own card nothing is listed that the policy of that moment does not allow.
CREATE OR REPLACE FUNCTION members_staffcardact_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_leave text;
BEGIN
  SELECT to_jsonb(p) ->> NEW."group" INTO v_leave FROM public.members_staffcardpolicy p
   WHERE p.in_force_from <= NEW.at ORDER BY p.in_force_from DESC LIMIT 1;
  IF v_leave IS DISTINCT FROM 'allow' AND NOT (v_leave = 'approver' AND NEW.approver_id IS NOT NULL) THEN
    RAISE EXCEPTION 'nobody does this at their own card' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER members_staffcardact_by_policy BEFORE INSERT ON members_staffcardact
  FOR EACH ROW WHEN (NEW.by_staff_id = NEW.staff_id) EXECUTE FUNCTION members_staffcardact_guard();
ALTER TABLE members_staffcardact ENABLE ALWAYS TRIGGER members_staffcardact_by_policy;

-- No entry of the books moves the value of a member by the hand of whoever is that
-- member, unless its transaction has listed it; and whoever approves it is not the member.
-- Looked at when the transaction ends: the postings come after their entry.
CREATE OR REPLACE FUNCTION members_own_card_is_listed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_own record;
BEGIN
  FOR v_own IN
    SELECT s.staff_id, s.member_id FROM public.members_staffmembership s
     WHERE s.staff_id IN (NEW.staff_id, NEW.approver_id) AND s.ended_at IS NULL
       AND EXISTS (SELECT FROM public.ledger_posting p
                     JOIN public.ledger_account a ON a.id IN (p.debit_id, p.credit_id)
                    WHERE p.entry_id = NEW.id AND a.holder_kind = 'member' AND a.holder_id = s.member_id)
  LOOP
    IF v_own.staff_id = NEW.approver_id THEN
      RAISE EXCEPTION 'whoever approves gains nothing by it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM public.members_staffcardact t
                    WHERE t.written_in = txid_current() AND t.staff_id = v_own.staff_id
                      AND t.by_staff_id = NEW.staff_id AND t.approver_id IS NOT DISTINCT FROM NEW.approver_id) THEN
      RAISE EXCEPTION 'an act at one''s own card is listed' USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS members_own_card_is_listed ON ledger_entry;
CREATE CONSTRAINT TRIGGER members_own_card_is_listed AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.staff_id IS NOT NULL OR NEW.approver_id IS NOT NULL)
  EXECUTE FUNCTION members_own_card_is_listed();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER members_own_card_is_listed;
