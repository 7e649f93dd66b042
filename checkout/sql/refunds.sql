-- A sale is void, or something of it was refunded: never both. Together with the lock of the
-- sale, which every refund takes first, no two of them can pass each other here.
CREATE OR REPLACE FUNCTION checkout_refund_fits() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM checkout_refund r WHERE r.sale_id = NEW.sale_id AND (r.is_void OR NEW.is_void)) THEN
    RAISE EXCEPTION 'a sale is voided whole and alone' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER checkout_refund_void_stands_alone BEFORE INSERT ON checkout_refund
FOR EACH ROW EXECUTE FUNCTION checkout_refund_fits();
ALTER TABLE checkout_refund ENABLE ALWAYS TRIGGER checkout_refund_void_stands_alone;
