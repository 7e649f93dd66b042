-- A card's number and kind never change, and it lives along one graph:
--
--   stock -> active | closed
--   active -> lost | expired | replaced | closed
--   lost -> active | replaced | closed
--   expired -> active (renewed) | replaced | closed
--   replaced, closed: dead for ever
--
-- A card that belongs to a member never goes back to nobody. Cards are never deleted.
CREATE OR REPLACE FUNCTION cards_card_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.number, NEW.kind_id, NEW.batch_id)
     IS DISTINCT FROM (OLD.id, OLD.number, OLD.kind_id, OLD.batch_id) THEN
    RAISE EXCEPTION 'what identifies card % is refused a change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
       ('stock', 'active'), ('stock', 'closed'),
       ('active', 'lost'), ('active', 'expired'), ('active', 'replaced'), ('active', 'closed'),
       ('lost', 'active'), ('lost', 'replaced'), ('lost', 'closed'),
       ('expired', 'active'), ('expired', 'replaced'), ('expired', 'closed')) THEN
    RAISE EXCEPTION 'card % cannot go from % to %', OLD.id, OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status IN ('replaced', 'closed') AND NEW.replaced_by_id IS DISTINCT FROM OLD.replaced_by_id THEN
    RAISE EXCEPTION 'card % is dead', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.member_id IS NOT NULL AND NEW.member_id IS NULL THEN
    RAISE EXCEPTION 'card % stays with its member', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER cards_card_lives_along_its_graph BEFORE UPDATE ON cards_card
  FOR EACH ROW EXECUTE FUNCTION cards_card_guard();
ALTER TABLE cards_card ENABLE ALWAYS TRIGGER cards_card_lives_along_its_graph;
CREATE OR REPLACE TRIGGER cards_card_never_deleted BEFORE DELETE ON cards_card
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE cards_card ENABLE ALWAYS TRIGGER cards_card_never_deleted;
CREATE OR REPLACE TRIGGER cards_card_never_truncated BEFORE TRUNCATE ON cards_card
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE cards_card ENABLE ALWAYS TRIGGER cards_card_never_truncated;

SELECT policies_keep_forever('cards_cardevent');
SELECT policies_keep_forever('cards_cardspolicy');
