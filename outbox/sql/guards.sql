-- What must hold of events and deliveries whoever writes the rows.

-- An event is written once. All that changes is that it has been passed on, once; and it is
-- deleted only afterwards, when no delivery of it is on its way (their foreign key sees to it).
CREATE OR REPLACE FUNCTION outbox_event_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.relayed_at IS NULL THEN
      RAISE EXCEPTION 'an event that was not passed on is not deleted' USING ERRCODE = 'RG009';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.relayed_at IS NOT NULL
     OR (OLD.id, OLD.kind, OLD.store_id, OLD.subject, OLD.occurred_at, OLD.recorded_at, OLD.payload)
        IS DISTINCT FROM (NEW.id, NEW.kind, NEW.store_id, NEW.subject, NEW.occurred_at, NEW.recorded_at, NEW.payload) THEN
    RAISE EXCEPTION 'an event stays as it was written' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER outbox_event_never_rewritten BEFORE UPDATE OR DELETE ON outbox_event
  FOR EACH ROW EXECUTE FUNCTION outbox_event_stays();
ALTER TABLE outbox_event ENABLE ALWAYS TRIGGER outbox_event_never_rewritten;

-- A delivery stays one event's for one endpoint, is not deleted while it is on its way, and
-- what arrived has arrived: it is sent again only as another try of the same.
CREATE OR REPLACE FUNCTION outbox_delivery_arrives() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status = 'pending' THEN
      RAISE EXCEPTION 'a delivery on its way is not deleted' USING ERRCODE = 'RG009';
    END IF;
    RETURN OLD;
  END IF;
  IF (OLD.event_id, OLD.endpoint_id) IS DISTINCT FROM (NEW.event_id, NEW.endpoint_id)
     OR OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS NULL THEN
    RAISE EXCEPTION 'a delivery stays what it is' USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER outbox_delivery_never_lost BEFORE UPDATE OR DELETE ON outbox_delivery
  FOR EACH ROW EXECUTE FUNCTION outbox_delivery_arrives();
ALTER TABLE outbox_delivery ENABLE ALWAYS TRIGGER outbox_delivery_never_lost;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['outbox_event', 'outbox_delivery', 'outbox_webhookendpoint'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', t || '_never_truncated', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_truncated');
  END LOOP;
END
$$;
CREATE OR REPLACE TRIGGER outbox_webhookendpoint_never_deleted BEFORE DELETE ON outbox_webhookendpoint
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE outbox_webhookendpoint ENABLE ALWAYS TRIGGER outbox_webhookendpoint_never_deleted;
