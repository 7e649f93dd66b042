-- Write down what happened, in the caller's own transaction: the event is there if and only
-- if the change is. One INSERT, for Python (`outbox_services.record`) and for SQL alike:
--
--   PERFORM outbox_record('sale.captured', sale_public_id::text, store, jsonb_build_object(…), at);
--
-- `kind` is one of `outbox/kinds.py`, `subject` the opaque id of what it is about, `payload`
-- an object of ids and amounts in the smallest unit, never a phone, a code or a name.
-- Returns the event's id, under which every receiver knows it.
CREATE OR REPLACE FUNCTION outbox_record(kind text, subject text, store bigint, payload jsonb, at timestamptz) RETURNS uuid
LANGUAGE sql AS $$
  INSERT INTO outbox_event (kind, subject, store_id, payload, occurred_at)
  VALUES (outbox_record.kind, outbox_record.subject, outbox_record.store, outbox_record.payload, outbox_record.at)
  RETURNING id
$$;
