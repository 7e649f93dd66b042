-- What must hold of gift cards whoever writes the rows.
--
-- A card goes from made to active to blocked and back, and from anywhere to void, which is
-- the end. What paid for it, its account and its amount are written once.
CREATE OR REPLACE FUNCTION gift_cards_card_follows_its_graph() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IS DISTINCT FROM NEW.status
     AND (OLD.status || '>' || NEW.status) NOT IN
         ('made>active', 'made>void', 'active>blocked', 'blocked>active', 'active>void', 'blocked>void') THEN
    RAISE EXCEPTION 'a gift card does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'RG009';
  END IF;
  IF OLD.sale_id IS NOT NULL
     AND (OLD.sale_id, OLD.account_id, OLD.amount, OLD.sold_at, OLD.policy_id, OLD.store_id)
         IS DISTINCT FROM (NEW.sale_id, NEW.account_id, NEW.amount, NEW.sold_at, NEW.policy_id, NEW.store_id) THEN
    RAISE EXCEPTION 'what paid for a gift card stays as it was' USING ERRCODE = 'RG009';
  END IF;
  IF (OLD.public_id, OLD.batch_id, OLD.made_at) IS DISTINCT FROM (NEW.public_id, NEW.batch_id, NEW.made_at) THEN
    RAISE EXCEPTION 'a gift card stays the card it is' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER gift_cards_giftcard_never_off_its_graph BEFORE UPDATE ON gift_cards_giftcard
  FOR EACH ROW EXECUTE FUNCTION gift_cards_card_follows_its_graph();
ALTER TABLE gift_cards_giftcard ENABLE ALWAYS TRIGGER gift_cards_giftcard_never_off_its_graph;

-- A dead code stays dead, and a code stays with its card. (Its hash may change with the key.)
CREATE OR REPLACE FUNCTION gift_cards_code_stays_dead() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.died_at IS NOT NULL OR OLD.card_id <> NEW.card_id OR OLD.last4 <> NEW.last4 OR OLD.made_at <> NEW.made_at THEN
    RAISE EXCEPTION 'a replaced code is dead for ever' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER gift_cards_giftcardcode_never_alive_again BEFORE UPDATE ON gift_cards_giftcardcode
  FOR EACH ROW EXECUTE FUNCTION gift_cards_code_stays_dead();
ALTER TABLE gift_cards_giftcardcode ENABLE ALWAYS TRIGGER gift_cards_giftcardcode_never_alive_again;

-- Codes leave the house once: what was exported stays exported.
CREATE OR REPLACE FUNCTION gift_cards_batch_exported_once() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.exported_at IS NOT NULL
      AND (OLD.exported_at, OLD.exported_by_id, OLD.file_digest) IS DISTINCT FROM (NEW.exported_at, NEW.exported_by_id, NEW.file_digest))
     OR (OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at)
     OR (OLD.design_id, OLD.quantity, OLD.amount) IS DISTINCT FROM (NEW.design_id, NEW.quantity, NEW.amount) THEN
    RAISE EXCEPTION 'the codes of a batch are exported once' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER gift_cards_giftcardbatch_never_exported_twice BEFORE UPDATE ON gift_cards_giftcardbatch
  FOR EACH ROW EXECUTE FUNCTION gift_cards_batch_exported_once();
ALTER TABLE gift_cards_giftcardbatch ENABLE ALWAYS TRIGGER gift_cards_giftcardbatch_never_exported_twice;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['gift_cards_giftcard', 'gift_cards_giftcardcode', 'gift_cards_giftcardbatch', 'gift_cards_gift'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', t || '_never_deleted', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_deleted');
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', t || '_never_truncated', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_truncated');
  END LOOP;
END
$$;

SELECT policies_keep_forever('gift_cards_giftcardpolicy');
SELECT policies_keep_forever('gift_cards_giftcardpicture');
