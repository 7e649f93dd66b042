-- A coupon keeps what it was issued with, and its status follows the graph:
-- issued -> offered, redeemed or void; offered -> issued or void; redeemed -> issued.
CREATE OR REPLACE FUNCTION coupons_coupon_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.version_id, NEW.issue_id, NEW.nth, NEW.code, NEW.digest, NEW.last4,
      NEW.uses, NEW.valid_from, NEW.source_ref)
     IS DISTINCT FROM
     (OLD.id, OLD.version_id, OLD.issue_id, OLD.nth, OLD.code, OLD.digest, OLD.last4,
      OLD.uses, OLD.valid_from, OLD.source_ref) THEN
    RAISE EXCEPTION 'what coupon % was issued with is refused a change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  -- A printed coupon is given to whoever claims it first; that is written once.
  IF OLD.issued_to_id IS NOT NULL AND NEW.issued_to_id IS DISTINCT FROM OLD.issued_to_id THEN
    RAISE EXCEPTION 'whom coupon % was issued to is refused a change', OLD.id USING ERRCODE = 'restrict_violation';
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
  IF OLD.status = 'offered' AND NEW.uses_left < OLD.uses_left THEN
    RAISE EXCEPTION 'coupon % is offered to a friend and not used', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- An issue keeps what it was; only how far it has come moves on, and never back.
CREATE OR REPLACE FUNCTION coupons_issue_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.key, NEW.fingerprint, NEW.version_id, NEW.source, NEW.quantity, NEW.at, NEW.business_date,
      NEW.actor, NEW.staff_id, NEW.store_id, NEW.reason, NEW.audience, NEW.paid, NEW.entry, NEW.posting)
     IS DISTINCT FROM
     (OLD.id, OLD.key, OLD.fingerprint, OLD.version_id, OLD.source, OLD.quantity, OLD.at, OLD.business_date,
      OLD.actor, OLD.staff_id, OLD.store_id, OLD.reason, OLD.audience, OLD.paid, OLD.entry, OLD.posting) THEN
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
