-- What the database keeps about members by itself.

-- The decision that stands for each purpose and channel: the latest, whoever writes it and
-- in whatever order rows arrive. Segments read this table, never the whole history.
CREATE OR REPLACE FUNCTION members_keep_consent() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO members_consentnow AS now (member_id, purpose, channel, granted, consent_id, at)
  VALUES (NEW.member_id, NEW.purpose, NEW.channel, NEW.granted, NEW.id, NEW.at)
  ON CONFLICT (member_id, purpose, channel) DO UPDATE
     SET granted = EXCLUDED.granted, consent_id = EXCLUDED.consent_id, at = EXCLUDED.at
   WHERE (now.at, now.consent_id) < (EXCLUDED.at, EXCLUDED.consent_id);
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER members_consent_stands AFTER INSERT ON members_consent
  FOR EACH ROW EXECUTE FUNCTION members_keep_consent();
ALTER TABLE members_consent ENABLE ALWAYS TRIGGER members_consent_stands;

-- Who was merged or erased does not come back: what they held is elsewhere by then.
CREATE OR REPLACE FUNCTION members_refuse_return() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a merged or erased member stays so' USING ERRCODE = 'RG009';
END
$$;
CREATE OR REPLACE TRIGGER members_member_stays_gone
  BEFORE UPDATE OF status ON members_member FOR EACH ROW
  WHEN (OLD.status <> 'active' AND NEW.status <> OLD.status)
  EXECUTE FUNCTION members_refuse_return();
ALTER TABLE members_member ENABLE ALWAYS TRIGGER members_member_stays_gone;

-- At the end of the transaction that merges or erases a member, every account that they
-- held is closed, and so empty; the ledger refuses postings on closed accounts.
CREATE OR REPLACE FUNCTION members_accounts_are_closed() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM ledger_account
              WHERE holder_kind = 'member' AND holder_id = NEW.id AND status <> 'closed') THEN
    RAISE EXCEPTION 'a merged or erased member holds no open account' USING ERRCODE = 'RG009';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS members_member_gone_holds_nothing ON members_member;
CREATE CONSTRAINT TRIGGER members_member_gone_holds_nothing
  AFTER INSERT OR UPDATE OF status ON members_member
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.status <> 'active')
  EXECUTE FUNCTION members_accounts_are_closed();
ALTER TABLE members_member ENABLE ALWAYS TRIGGER members_member_gone_holds_nothing;

-- Nor is a new account opened for them. The key lock waits for a merge that is under way
-- (it takes the full lock), so that none slips in between.
CREATE OR REPLACE FUNCTION members_refuse_account_of_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_status text;
BEGIN
  SELECT status INTO v_status FROM members_member WHERE id = NEW.holder_id FOR KEY SHARE;  -- guard: member
  IF v_status <> 'active' THEN
    RAISE EXCEPTION 'a merged or erased member opens no account' USING ERRCODE = 'RG003';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER members_account_of_active_member BEFORE INSERT ON ledger_account
  FOR EACH ROW WHEN (NEW.holder_kind = 'member')
  EXECUTE FUNCTION members_refuse_account_of_gone();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER members_account_of_active_member;

-- Whether one of these members froze their spending. Whoever pays with what is theirs asks it in
-- the same transaction: the key lock and a freeze (it takes the full lock) wait for each other,
-- so that a payment is before the freeze or sees it. No two payments wait for each other.
CREATE OR REPLACE FUNCTION members_is_frozen(p_members bigint[]) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_row record;
  v_is_frozen boolean := false;
BEGIN
  FOR v_row IN
    SELECT spending_frozen_at FROM members_member WHERE id = ANY (p_members) ORDER BY id FOR KEY SHARE  -- guard: freeze
  LOOP
    v_is_frozen := v_is_frozen OR v_row.spending_frozen_at IS NOT NULL;
  END LOOP;
  RETURN v_is_frozen;
END
$$;

SELECT policies_keep_forever('members_consent');
SELECT policies_keep_forever('members_consenttext');
SELECT policies_keep_forever('members_merge');
SELECT policies_keep_forever('members_forfeiture');
