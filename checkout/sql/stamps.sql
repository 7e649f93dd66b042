-- A stamp is the number of the last change among rows that people edit; every process keeps
-- those rows under it (`checkout/selectors/settings.py`). Numbers are given out when a change
-- is written and seen when it is committed: of two changes at once the later number could be
-- seen first, and the other change never. So whoever writes one waits until whoever wrote the
-- one before has committed. Before the statement, since its rows are numbered within it.
CREATE OR REPLACE FUNCTION checkout_one_change_at_a_time() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('checkout:stamp:' || TG_TABLE_NAME, 0));
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER checkout_stamp_of_rules BEFORE INSERT ON points_historicalearningrule
FOR EACH STATEMENT EXECUTE FUNCTION checkout_one_change_at_a_time();
CREATE OR REPLACE TRIGGER checkout_stamp_of_programmes BEFORE INSERT ON points_historicalstampprogramme
FOR EACH STATEMENT EXECUTE FUNCTION checkout_one_change_at_a_time();
CREATE OR REPLACE TRIGGER checkout_stamp_of_tiers BEFORE INSERT ON tiers_historicaltier
FOR EACH STATEMENT EXECUTE FUNCTION checkout_one_change_at_a_time();
CREATE OR REPLACE TRIGGER checkout_stamp_of_offers BEFORE INSERT ON checkout_historicalbilloffer
FOR EACH STATEMENT EXECUTE FUNCTION checkout_one_change_at_a_time();
CREATE OR REPLACE TRIGGER checkout_stamp_of_tenders BEFORE INSERT ON stores_historicaltenderkind
FOR EACH STATEMENT EXECUTE FUNCTION checkout_one_change_at_a_time();
CREATE OR REPLACE TRIGGER checkout_stamp_of_gifts BEFORE INSERT ON checkout_historicalnextvisitgift
FOR EACH STATEMENT EXECUTE FUNCTION checkout_one_change_at_a_time();
