-- Everything that a quote asks of the database, in one round trip: a picture, unlocked.
--
-- Whose bill: one of `p_member`, `p_public` (the member's outward id), `p_number` (a card's
-- number) or `p_card` (a card by its id); none of them for a stranger. A merged member is
-- followed to the one who is left. A shared card's wallet is its owner's.
-- `p_coupons` are asked for by id, whoever holds them; `p_gifts` are hashes of gift card
-- codes, `p_subjects` hashes of who tries them; `p_place` is where codes are shown.
--
-- Plans are made once for a connection: making them anew cost more than running them, so no
-- condition here hides its index behind a CASE.
--
-- Answers one object; what is not there is null or empty. Settings come as the ids of the
-- versions in force, and as stamps that rise whenever one of their rows is saved.
CREATE OR REPLACE FUNCTION checkout_look(
  p_store bigint, p_at timestamptz, p_day date, p_key text,
  p_member bigint, p_public uuid, p_number text, p_card bigint,
  p_coupons bigint[], p_gifts text[], p_subjects text[], p_place text
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  v_sale record;
  v_member record;
  v_card record;
  v_share record;
  v_wallet_kind text;
  v_wallet_id bigint;
  v_card_id bigint;
  v_owner bigint;  -- whose wallet a shared card pays from
  v_member_id bigint := p_member;
  v_accounts jsonb;
  v_standing jsonb;
  v_coupons jsonb;
  v_gifts jsonb;
  v_found jsonb := '{}';
BEGIN
  IF p_key IS NOT NULL THEN
    SELECT id, encode(fingerprint, 'hex') AS fingerprint, answer INTO v_sale FROM checkout_sale WHERE key = p_key;
    IF FOUND THEN
      RETURN jsonb_build_object('sale', jsonb_build_object('id', v_sale.id, 'fingerprint', v_sale.fingerprint, 'answer', v_sale.answer));
    END IF;
  END IF;

  IF p_number IS NOT NULL OR p_card IS NOT NULL THEN
    SELECT c.id, c.number, c.status, c.member_id, (c.status = 'active' AND (c.expires_at IS NULL OR c.expires_at > p_at)) AS is_usable
      INTO v_card FROM cards_card c
     WHERE c.id = coalesce(p_card, (SELECT n.id FROM cards_card n WHERE n.number = p_number));
    IF v_card.id IS NULL THEN
      RETURN jsonb_build_object('unknown', true);
    END IF;
    v_member_id := v_card.member_id;
    v_card_id := v_card.id;
    SELECT s.id, s.owner_id, s.per_use, s.per_day,
           (SELECT o.spending_frozen_at IS NOT NULL FROM members_member o WHERE o.id = s.owner_id) AS is_frozen INTO v_share
      FROM cards_walletshare s WHERE s.card_id = v_card.id AND s.is_active ORDER BY s.id LIMIT 1;
    v_found := jsonb_build_object('card', to_jsonb(v_card));
    IF v_share.id IS NOT NULL THEN
      v_owner := v_share.owner_id;
      v_found := v_found || jsonb_build_object('share', to_jsonb(v_share), 'share_colleague',
        (SELECT s.staff_id FROM members_staffmembership s WHERE s.member_id = v_owner AND s.ended_at IS NULL));
    END IF;
  END IF;

  IF v_member_id IS NOT NULL OR p_public IS NOT NULL THEN
    SELECT m.id, m.public_id, m.status, m.merged_into_id, m.joined_at, m.birth_calendar, m.birth_month, m.birth_day, m.birth_leap, m.phone_changed_at, m.spending_frozen_at
      INTO v_member FROM members_member m
     WHERE m.id = coalesce(v_member_id, (SELECT n.id FROM members_member n WHERE n.public_id = p_public));
    IF v_member.merged_into_id IS NOT NULL THEN
      SELECT m.id, m.public_id, m.status, m.merged_into_id, m.joined_at, m.birth_calendar, m.birth_month, m.birth_day, m.birth_leap, m.phone_changed_at, m.spending_frozen_at
        INTO v_member FROM members_member m WHERE m.id = v_member.merged_into_id;
    END IF;
    IF v_member.id IS NULL THEN
      RETURN jsonb_build_object('unknown', true);
    END IF;
    v_found := v_found || jsonb_build_object('member', to_jsonb(v_member));
    v_member_id := v_member.id;
    SELECT jsonb_build_object('tier', s.tier_id, 'source', s.source, 'kept_until', s.kept_until, 'grace', s.grace_until IS NOT NULL)
      INTO v_standing FROM tiers_standing s WHERE s.member_id = v_member_id;
    SELECT jsonb_agg(to_jsonb(c)) INTO v_coupons FROM (
      SELECT c.id, c.version_id, c.member_id, c.status, c.uses, c.uses_left, c.valid_from, c.valid_until
        FROM coupons_coupon c
       WHERE (c.member_id = v_member_id AND c.status = 'issued' AND c.valid_until > p_at)
          OR c.id = ANY (p_coupons)
    ) c;
    v_found := v_found || jsonb_build_object(
      'colleague', (SELECT s.staff_id FROM members_staffmembership s WHERE s.member_id = v_member_id AND s.ended_at IS NULL),
      'has_code', EXISTS (SELECT FROM stored_value_paymentcode p WHERE p.member_id = v_member_id),
      'due', (SELECT coalesce(sum(a.pending), 0) FROM points_accrual a
               WHERE a.member_id = v_member_id AND a.pending > 0 AND a.usable_from <= p_at));
  ELSIF cardinality(p_coupons) > 0 THEN
    SELECT jsonb_agg(to_jsonb(c)) INTO v_coupons FROM (
      SELECT c.id, c.version_id, c.member_id, c.status, c.uses, c.uses_left, c.valid_from, c.valid_until
        FROM coupons_coupon c WHERE c.id = ANY (p_coupons)
    ) c;
  END IF;

  v_wallet_kind := CASE WHEN v_member_id IS NULL AND v_owner IS NULL THEN 'card' ELSE 'member' END;
  v_wallet_id := coalesce(v_owner, v_member_id, v_card_id);
  SELECT jsonb_agg(jsonb_build_array(a.id, a.holder_kind, a.holder_id, a.kind, u.code, a.slot, a.status, a.balance,
           CASE WHEN a.balance = 0 OR a.kind = 'debt' THEN 0 ELSE coalesce((
             SELECT sum(l.remaining) FROM ledger_lot l
              WHERE l.account_id = a.id AND l.is_open AND (l.expires_at IS NULL OR l.expires_at > p_at)), 0) END))
    INTO v_accounts
    FROM ledger_account a JOIN ledger_unit u ON u.id = a.unit_id
   WHERE (a.holder_kind = v_wallet_kind AND a.holder_id = v_wallet_id AND a.kind IN ('principal', 'bonus'))
      OR (a.holder_kind = 'member' AND a.holder_id = v_member_id AND a.kind IN ('points', 'growth', 'debt') AND a.slot IN ('', 'pending'))
      OR (a.holder_kind = 'store' AND a.holder_id = p_store AND (a.kind = 'tender' OR (a.kind IN ('sales', 'granted') AND a.slot = '')));

  IF cardinality(p_gifts) > 0 THEN
    SELECT jsonb_agg(to_jsonb(g)) INTO v_gifts FROM (
      SELECT k.id AS code_id, k.key_id, k.digest, k.pin_digest, k.proof_digest, k.last4, c.id AS card_id, c.public_id, c.status,
             c.account_id, c.amount, c.expires_at, c.design_id, c.owner_id,
             (SELECT s.staff_id FROM members_staffmembership s WHERE s.member_id = c.owner_id AND s.ended_at IS NULL) AS colleague,
             coalesce((SELECT o.spending_frozen_at IS NOT NULL FROM members_member o WHERE o.id = c.owner_id), false) AS is_frozen,
             coalesce((SELECT sum(l.remaining) FROM ledger_lot l
                        WHERE l.account_id = c.account_id AND l.is_open AND (l.expires_at IS NULL OR l.expires_at > p_at)), 0)::bigint AS usable
        FROM gift_cards_giftcardcode k JOIN gift_cards_giftcard c ON c.id = k.card_id
       WHERE k.digest = ANY (p_gifts) AND k.died_at IS NULL
    ) g;
    v_found := v_found || jsonb_build_object('gifts', coalesce(v_gifts, '[]'), 'tries', gift_cards_tries(p_subjects));
  END IF;

  IF p_place IS NOT NULL THEN
    v_found := v_found || jsonb_build_object('locked', EXISTS (
      SELECT FROM cards_codeguess g WHERE g.place = p_place AND g.locked_until > p_at));
  END IF;

  RETURN v_found || jsonb_build_object(
    'wallet', jsonb_build_array(v_wallet_kind, v_wallet_id),
    'standing', v_standing,
    'coupons', coalesce(v_coupons, '[]'),
    'accounts', coalesce(v_accounts, '[]'),
    'policies', jsonb_build_object(
      'checkout', (SELECT id FROM checkout_checkoutpolicy WHERE in_force_from <= p_at ORDER BY in_force_from DESC LIMIT 1),
      'points', (SELECT id FROM points_pointspolicy WHERE in_force_from <= p_at ORDER BY in_force_from DESC LIMIT 1),
      'wallet', (SELECT id FROM stored_value_walletpolicy WHERE in_force_from <= p_at ORDER BY in_force_from DESC LIMIT 1),
      'coupons', (SELECT id FROM coupons_couponspolicy WHERE in_force_from <= p_at ORDER BY in_force_from DESC LIMIT 1),
      'cards', (SELECT id FROM cards_cardspolicy WHERE in_force_from <= p_at ORDER BY in_force_from DESC LIMIT 1),
      'tiers', (SELECT id FROM tiers_tierpolicy WHERE in_force_from <= p_at ORDER BY in_force_from DESC LIMIT 1)),
    'stamps', jsonb_build_object(
      'rules', (SELECT max(history_id) FROM points_historicalearningrule),
      'offers', (SELECT max(history_id) FROM checkout_historicalbilloffer),
      'gifts', (SELECT max(history_id) FROM checkout_historicalnextvisitgift),
      'programmes', (SELECT max(history_id) FROM points_historicalstampprogramme),
      'tiers', (SELECT max(history_id) FROM tiers_historicaltier),
      'tenders', (SELECT max(history_id) FROM stores_historicaltenderkind)));
END
$$;
