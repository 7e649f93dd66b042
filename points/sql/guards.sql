-- What of points never turns back, whoever writes.

-- What was earned only shrinks: refunds add up, what is kept falls, its origin stays.
CREATE OR REPLACE FUNCTION points_keep_accrual() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what was earned stays written' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.refunded < OLD.refunded OR NEW.points_kept > OLD.points_kept OR NEW.growth_kept > OLD.growth_kept
     OR NEW.pending > OLD.pending OR NEW.charged < OLD.charged OR NEW.charged_points < OLD.charged_points
     OR (NEW.key, NEW.points, NEW.growth, NEW.amount, NEW.source, NEW.policy_id, NEW.at)
        IS DISTINCT FROM (OLD.key, OLD.points, OLD.growth, OLD.amount, OLD.source, OLD.policy_id, OLD.at) THEN
    RAISE EXCEPTION 'what was earned only shrinks' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- What was spent comes back at most once.
CREATE OR REPLACE FUNCTION points_keep_redemption() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what was spent stays written' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.returned < OLD.returned
     OR (NEW.key, NEW.points, NEW.worth, NEW.entry_id, NEW.posting_id)
        IS DISTINCT FROM (OLD.key, OLD.points, OLD.worth, OLD.entry_id, OLD.posting_id) THEN
    RAISE EXCEPTION 'what was spent does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- An order waits, then is handed over or cancelled: once, and never back.
CREATE OR REPLACE FUNCTION points_keep_order() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an order stays written' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.status <> 'ordered' AND NEW.status <> OLD.status)
     OR (NEW.key, NEW.reward_id, NEW.quantity, NEW.points, NEW.money, NEW.entry_id)
        IS DISTINCT FROM (OLD.key, OLD.reward_id, OLD.quantity, OLD.points, OLD.money, OLD.entry_id) THEN
    RAISE EXCEPTION 'an order ends once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

-- A receipt is claimed once; what it is worth stays.
CREATE OR REPLACE FUNCTION points_keep_receipt() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a receipt stays written' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.claimed_at IS NOT NULL AND NEW.claimed_at IS DISTINCT FROM OLD.claimed_at)
     OR (OLD.accrual_id IS NOT NULL AND NEW.accrual_id IS DISTINCT FROM OLD.accrual_id)
     OR (OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at)
     OR (NEW.code_hash, NEW.key) IS DISTINCT FROM (OLD.code_hash, OLD.key)
     OR NEW.amount > OLD.amount OR NEW.expires_at > OLD.expires_at THEN
    RAISE EXCEPTION 'a receipt is claimed once' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER points_accrual_only_shrinks BEFORE UPDATE OR DELETE ON points_accrual
  FOR EACH ROW EXECUTE FUNCTION points_keep_accrual();
CREATE OR REPLACE TRIGGER points_redemption_returns_once BEFORE UPDATE OR DELETE ON points_redemption
  FOR EACH ROW EXECUTE FUNCTION points_keep_redemption();
CREATE OR REPLACE TRIGGER points_rewardorder_ends_once BEFORE UPDATE OR DELETE ON points_rewardorder
  FOR EACH ROW EXECUTE FUNCTION points_keep_order();
CREATE OR REPLACE TRIGGER points_receiptcode_claimed_once BEFORE UPDATE OR DELETE ON points_receiptcode
  FOR EACH ROW EXECUTE FUNCTION points_keep_receipt();
ALTER TABLE points_accrual ENABLE ALWAYS TRIGGER points_accrual_only_shrinks;
ALTER TABLE points_redemption ENABLE ALWAYS TRIGGER points_redemption_returns_once;
ALTER TABLE points_rewardorder ENABLE ALWAYS TRIGGER points_rewardorder_ends_once;
ALTER TABLE points_receiptcode ENABLE ALWAYS TRIGGER points_receiptcode_claimed_once;

SELECT policies_keep_forever('points_pointspolicy');
SELECT policies_keep_forever('points_accrualrefund');
