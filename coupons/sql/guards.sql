-- What is promised and what was done is written once.
SELECT policies_keep_forever('coupons_templateversion');
SELECT policies_keep_forever('coupons_couponuse');
SELECT policies_keep_forever('coupons_couponspolicy');

-- A coupon keeps what it was issued with, and its status follows the graph.
CREATE OR REPLACE TRIGGER coupons_coupon_follows_its_graph BEFORE UPDATE ON coupons_coupon
  FOR EACH ROW EXECUTE FUNCTION coupons_coupon_guard();
ALTER TABLE coupons_coupon ENABLE ALWAYS TRIGGER coupons_coupon_follows_its_graph;

-- A coupon begins unused: whatever came later has an act of its own.
CREATE OR REPLACE TRIGGER coupons_coupon_never_born_used BEFORE INSERT ON coupons_coupon
  FOR EACH ROW WHEN (NEW.status <> 'issued' OR NEW.uses_left <> NEW.uses)
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE coupons_coupon ENABLE ALWAYS TRIGGER coupons_coupon_never_born_used;

-- An issue goes only forward, and a gift ends once.
CREATE OR REPLACE TRIGGER coupons_couponissue_goes_forward BEFORE UPDATE ON coupons_couponissue
  FOR EACH ROW EXECUTE FUNCTION coupons_issue_guard();
ALTER TABLE coupons_couponissue ENABLE ALWAYS TRIGGER coupons_couponissue_goes_forward;

CREATE OR REPLACE TRIGGER coupons_coupongift_ends_once BEFORE UPDATE ON coupons_coupongift
  FOR EACH ROW EXECUTE FUNCTION coupons_gift_guard();
ALTER TABLE coupons_coupongift ENABLE ALWAYS TRIGGER coupons_coupongift_ends_once;

-- Templates end, coupons are voided; none of these rows disappears.
DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['coupons_coupontemplate', 'coupons_couponissue', 'coupons_coupon', 'coupons_coupongift'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', v_table || '_never_deleted', v_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', v_table, v_table || '_never_deleted');
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', v_table || '_never_truncated', v_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', v_table, v_table || '_never_truncated');
  END LOOP;
END
$$;
