-- What was settled stays as it was settled: of a row only the named columns ever change,
-- and no row is taken away. Arguments of the trigger: the columns that may change.
CREATE OR REPLACE FUNCTION checkout_only_these_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - TG_ARGV IS NOT DISTINCT FROM to_jsonb(NEW) - TG_ARGV THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% keeps what was settled', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE OR REPLACE TRIGGER checkout_sale_keeps BEFORE UPDATE OR DELETE ON checkout_sale
FOR EACH ROW EXECUTE FUNCTION checkout_only_these_change('status', 'refunded', 'is_followed_up');
CREATE OR REPLACE TRIGGER checkout_saleline_keeps BEFORE UPDATE OR DELETE ON checkout_saleline
FOR EACH ROW EXECUTE FUNCTION checkout_only_these_change('refunded', 'returned');
CREATE OR REPLACE TRIGGER checkout_salepayment_keeps BEFORE UPDATE OR DELETE ON checkout_salepayment
FOR EACH ROW EXECUTE FUNCTION checkout_only_these_change('returned');

-- A settled bill may become refunded or void, and stays that.
CREATE OR REPLACE FUNCTION checkout_status_ends() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'captured' AND NEW.status IS DISTINCT FROM OLD.status THEN
    RAISE EXCEPTION 'a sale that is % stays so', OLD.status USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.refunded < OLD.refunded THEN
    RAISE EXCEPTION 'a refund is not taken back' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER checkout_sale_status_ends BEFORE UPDATE OF status, refunded ON checkout_sale
FOR EACH ROW EXECUTE FUNCTION checkout_status_ends();

-- On for replicas too, as in the books.
ALTER TABLE checkout_sale ENABLE ALWAYS TRIGGER checkout_sale_keeps;
ALTER TABLE checkout_sale ENABLE ALWAYS TRIGGER checkout_sale_status_ends;
ALTER TABLE checkout_saleline ENABLE ALWAYS TRIGGER checkout_saleline_keeps;
ALTER TABLE checkout_salepayment ENABLE ALWAYS TRIGGER checkout_salepayment_keeps;

SELECT policies_keep_forever('checkout_checkoutpolicy');
SELECT policies_keep_forever('checkout_salediscount');
SELECT policies_keep_forever('checkout_refund');
SELECT policies_keep_forever('checkout_refundpart');
SELECT policies_keep_forever('checkout_exchange');
