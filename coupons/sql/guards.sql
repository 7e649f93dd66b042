-- What is promised and what was done is written once.
SELECT policies_keep_forever('coupons_templateversion');
SELECT policies_keep_forever('coupons_couponuse');

-- A coupon keeps what it was issued with, and its status follows the graph:
-- issued -> offered, redeemed or void; offered -> issued or void; redeemed -> issued.
CREATE OR REPLACE FUNCTION coupons_coupon_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.version_id, NEW.issue_id, NEW.nth, NEW.issued_to_id, NEW.code, NEW.digest, NEW.last4,
      NEW.uses, NEW.valid_from, NEW.source_ref)
     IS DISTINCT FROM
     (OLD.id, OLD.version_id, OLD.issue_id, OLD.nth, OLD.issued_to_id, OLD.code, OLD.digest, OLD.last4,
      OLD.uses, OLD.valid_from, OLD.source_ref) THEN
    RAISE EXCEPTION 'what coupon % was issued with is refused a change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.valid_until < OLD.valid_until THEN
    RAISE EXCEPTION 'coupon % is refused an earlier end', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.member_id IS NOT NULL AND NEW.member_id IS NULL THEN
    RAISE EXCEPTION 'coupon % is refused to belong to nobody again', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = 'void' AND (NEW.status, NEW.uses_left, NEW.valid_until) IS DISTINCT FROM (OLD.status, OLD.uses_left, OLD.valid_until) THEN
    RAISE EXCEPTION 'coupon % is void', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> NEW.status AND NOT (
       (OLD.status = 'issued' AND NEW.status IN ('offered', 'redeemed', 'void'))
    OR (OLD.status = 'offered' AND NEW.status IN ('issued', 'void'))
    OR (OLD.status = 'redeemed' AND NEW.status = 'issued')) THEN
    RAISE EXCEPTION 'coupon % does not go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = 'offered' AND NEW.uses_left <> OLD.uses_left THEN
    RAISE EXCEPTION 'coupon % is offered to a friend and not used', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER coupons_coupon_follows_its_graph BEFORE UPDATE ON coupons_coupon
  FOR EACH ROW EXECUTE FUNCTION coupons_coupon_guard();
ALTER TABLE coupons_coupon ENABLE ALWAYS TRIGGER coupons_coupon_follows_its_graph;

-- A coupon begins unused: whatever came later has an act of its own.
CREATE TRIGGER coupons_coupon_never_born_used BEFORE INSERT ON coupons_coupon
  FOR EACH ROW WHEN (NEW.status <> 'issued' OR NEW.uses_left <> NEW.uses)
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE coupons_coupon ENABLE ALWAYS TRIGGER coupons_coupon_never_born_used;

-- An issue keeps what it was; only how far it has come moves on, and never back.
CREATE OR REPLACE FUNCTION coupons_issue_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.key, NEW.fingerprint, NEW.version_id, NEW.source, NEW.quantity, NEW.at, NEW.business_date,
      NEW.actor, NEW.staff_id, NEW.store_id, NEW.reason, NEW.audience, NEW.paid, NEW.entry)
     IS DISTINCT FROM
     (OLD.id, OLD.key, OLD.fingerprint, OLD.version_id, OLD.source, OLD.quantity, OLD.at, OLD.business_date,
      OLD.actor, OLD.staff_id, OLD.store_id, OLD.reason, OLD.audience, OLD.paid, OLD.entry) THEN
    RAISE EXCEPTION 'issue % is refused a change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.reached < OLD.reached OR NEW.issued < OLD.issued OR NEW.passed_over < OLD.passed_over
     OR (OLD.done_at IS NOT NULL AND (NEW.done_at, NEW.issued) IS DISTINCT FROM (OLD.done_at, OLD.issued))
     OR (OLD.exported_at IS NOT NULL AND NEW.exported_at IS DISTINCT FROM OLD.exported_at) THEN
    RAISE EXCEPTION 'issue % goes only forward', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER coupons_couponissue_goes_forward BEFORE UPDATE ON coupons_couponissue
  FOR EACH ROW EXECUTE FUNCTION coupons_issue_guard();
ALTER TABLE coupons_couponissue ENABLE ALWAYS TRIGGER coupons_couponissue_goes_forward;

-- A gift that has ended stays as it ended.
CREATE OR REPLACE FUNCTION coupons_gift_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     AND (NEW.coupon_id, NEW.ended_at, NEW.ended_as, NEW.digest) IS DISTINCT FROM (OLD.coupon_id, OLD.ended_at, OLD.ended_as, OLD.digest) THEN
    RAISE EXCEPTION 'gift % has ended', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER coupons_coupongift_ends_once BEFORE UPDATE ON coupons_coupongift
  FOR EACH ROW EXECUTE FUNCTION coupons_gift_guard();
ALTER TABLE coupons_coupongift ENABLE ALWAYS TRIGGER coupons_coupongift_ends_once;

-- Templates end, coupons are voided; none of these rows disappears.
DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['coupons_coupontemplate', 'coupons_couponissue', 'coupons_coupon', 'coupons_coupongift'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', v_table || '_never_deleted', v_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', v_table, v_table || '_never_deleted');
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', v_table || '_never_truncated', v_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', v_table, v_table || '_never_truncated');
  END LOOP;
END
$$;
