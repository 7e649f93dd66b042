-- Settle one bill: all of it or nothing, once for each key, in one round trip.
--
-- In this order:
--   1. claim the key; where the bill is settled already, answer what was answered then
--   2. lock the accounts, in key order, and look again at what the quote relied on
--   3. use the coupons up, and the code that the member showed
--   4. post the one entry of the sale (`ledger_post_entry`: balances, lots, the books)
--   5. write the sale, its lines, discounts and payments, what points were spent and
--      earned, the visit, and the event that tells of it
--
-- `p_watched` are the accounts that the quote relied on. Where a wallet moved meanwhile, the
-- quote still stands as long as the same amount would be taken in the same parts: `p_wallet`
-- names the accounts, the order and the parts. Of points there must be as many as are spent,
-- and the debt (`p_points`) must be the one that the earned ones were to pay.
--
-- `p_answer` is the answer as text, with the places of the balances after it for format():
-- principal, bonus, both, points.
--
-- Plans are made once for a connection, here and in what is called from here: making them
-- anew cost more than running them. One that was made while a table was small must never read
-- it whole; neither must those of foreign keys, which are checked at the end of the transaction.
--
-- Outcomes: 'done'; 'replayed' and 'conflict' for a key that was used; 'in_progress' for one
-- that is being used; 'moved' where the quote must be made again; 'coupon' with the word why.
-- Refusals: what `ledger_post_entry` raises; RC001 the shown code was used before;
-- RC002 one of `payers` (in `p_sale`: whose value pays) froze their spending.
CREATE OR REPLACE FUNCTION checkout_capture(
  p_key text, p_fingerprint bytea, p_at timestamptz, p_business_date date,
  p_actor text, p_store bigint, p_till bigint, p_staff bigint, p_shift bigint, p_request_id text,
  p_sale jsonb, p_lines jsonb, p_discounts jsonb, p_payments jsonb, p_answer text,
  p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_expires timestamptz[],
  p_watched bigint[], p_wallet jsonb, p_coupons bigint[], p_savings bigint[],
  p_points jsonb, p_code jsonb, p_event jsonb,
  OUT outcome text, OUT sale uuid, OUT answer text, OUT refused bigint, OUT why text
)
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_first record;
  v_row record;
  v_member bigint := (p_sale ->> 'member')::bigint;
  v_reference text := 'sale:' || (p_sale ->> 'id');
  v_entry record;
  v_redemption bigint;
  v_accrual bigint;
  v_usable jsonb := '{}';
  v_principal bigint := 0;
  v_bonus bigint := 0;
  v_wanted bigint;
  v_taken bigint;
  v_skus text[];
  v_names text[];
  v_categories text[];
  v_quantities int[];
  v_nets bigint[];
BEGIN
  PERFORM set_config('enable_seqscan', 'off', true);  -- not SET: it is to hold until the commit
  sale := (p_sale ->> 'id')::uuid;
  IF NOT pg_try_advisory_xact_lock(hashtextextended('checkout:' || p_key, 0)) THEN  -- guard: one at a time
    outcome := 'in_progress';
    RETURN;
  END IF;
  SELECT s.id, s.fingerprint, s.answer INTO v_first FROM checkout_sale s WHERE s.key = p_key;
  IF FOUND THEN
    outcome := CASE WHEN v_first.fingerprint = p_fingerprint THEN 'replayed' ELSE 'conflict' END;
    sale := v_first.id;
    answer := v_first.answer;
    RETURN;
  END IF;

  IF members_is_frozen(ARRAY(SELECT jsonb_array_elements_text(p_sale -> 'payers')::bigint)) THEN  -- guard: frozen by its owner
    RAISE EXCEPTION 'spending is frozen' USING ERRCODE = 'RC002';
  END IF;
  IF cardinality(p_watched) > 0 THEN
    -- Everything that is touched or looked at, in one order everywhere.
    PERFORM ledger_lock_accounts(p_watched || p_debits || p_credits);  -- guard: accounts
    SELECT jsonb_object_agg(a.id, CASE
             WHEN a.kind = 'debt' OR a.balance = 0 THEN a.balance
             ELSE coalesce((SELECT sum(l.remaining) FROM ledger_lot l
                             WHERE l.account_id = a.id AND l.is_open
                               AND (l.expires_at IS NULL OR l.expires_at > p_at)), 0) END)
      INTO v_usable FROM ledger_account a WHERE a.id = ANY (p_watched);
    IF (v_usable ->> (p_points ->> 'debt_account'))::bigint IS DISTINCT FROM (p_points ->> 'debt')::bigint
       OR (v_usable ->> (p_points ->> 'account'))::bigint < (p_points ->> 'spent')::bigint THEN  -- guard: points relied on
      outcome := 'moved';
      RETURN;
    END IF;
  END IF;

  IF p_wallet IS NOT NULL THEN
    v_principal := (v_usable ->> (p_wallet ->> 'principal_id'))::bigint;
    v_bonus := (v_usable ->> (p_wallet ->> 'bonus_id'))::bigint;
    v_wanted := (p_wallet ->> 'principal')::bigint + (p_wallet ->> 'bonus')::bigint;
    IF v_wanted > 0 THEN
      -- The rule of `stored_value.rules.split`: the rounding unit goes to the principal.
      v_taken := CASE
        WHEN v_wanted > v_principal + v_bonus THEN -1
        WHEN p_wallet ->> 'order' = 'principal_first' THEN least(v_wanted, v_principal)
        WHEN p_wallet ->> 'order' = 'bonus_first' THEN v_wanted - least(v_wanted, v_bonus)
        ELSE -div(-(v_wanted::numeric * v_principal), v_principal + v_bonus)
             + CASE WHEN mod(v_wanted::numeric * v_principal, v_principal + v_bonus) > 0 THEN 1 ELSE 0 END END;
      IF v_taken <> (p_wallet ->> 'principal')::bigint THEN  -- guard: what the quote relied on
        outcome := 'moved';
        RETURN;
      END IF;
      v_principal := v_principal - v_taken;
      v_bonus := v_bonus - (v_wanted - v_taken);
    END IF;
  END IF;

  IF cardinality(p_coupons) > 0 THEN
    FOR v_row IN
      SELECT r.outcome, r.coupon FROM coupons_redeem(p_coupons, p_savings, v_member, p_key || ':coupons', v_reference,
                                                     p_at, p_business_date, p_store, p_actor) r
    LOOP
      IF v_row.outcome NOT IN ('done', 'replayed') THEN
        outcome := 'coupon';
        refused := v_row.coupon;
        why := v_row.outcome;
        RETURN;
      END IF;
    END LOOP;
  END IF;
  IF p_code IS NOT NULL THEN
    INSERT INTO cards_codeuse (card_id, member_id, step, device_id, at, actor)
    VALUES ((p_code ->> 'card')::bigint, (p_code ->> 'member')::bigint, (p_code ->> 'step')::bigint, (p_code ->> 'device')::bigint,
            p_at, p_actor)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the code was used before' USING ERRCODE = 'RC001';
    END IF;
  END IF;

  IF cardinality(p_debits) > 0 THEN
    SELECT e.entry_id, e.posting_ids INTO v_entry FROM ledger_post_entry(
      'sale', p_key, p_fingerprint, p_at, p_business_date, p_actor, p_store, p_till, p_staff, p_shift, (p_sale ->> 'approver')::bigint,
      p_request_id, p_sale ->> 'reference', p_debits, p_credits, p_amounts, p_expires, NULL) e;
  ELSE
    SELECT NULL::uuid AS entry_id, NULL::bigint[] AS posting_ids INTO v_entry;
  END IF;

  IF (p_points ->> 'spent')::bigint > 0 THEN
    v_redemption := points_note_redemption(
      v_member, p_key || ':points', p_fingerprint, (p_points ->> 'policy')::bigint, p_store, p_at, v_reference,
      (p_points ->> 'bill')::bigint, (p_points ->> 'spent')::bigint, (p_points ->> 'worth')::bigint,
      v_entry.entry_id, v_entry.posting_ids[1]);
  END IF;
  IF p_points ? 'earned' THEN
    v_accrual := points_note_accrual(
      v_member, p_key || ':earned', p_fingerprint, (p_points ->> 'policy')::bigint, p_store, p_at, p_business_date,
      v_reference, v_entry.entry_id, p_points -> 'earned', v_entry.posting_ids);
  END IF;

  answer := format(p_answer, v_principal, v_bonus, v_principal + v_bonus,
                   coalesce((v_usable ->> (p_points ->> 'account'))::bigint, 0) + coalesce((p_points ->> 'change')::bigint, 0));
  -- One statement: its beginning and its end cost more than the rows.
  WITH settled AS (
    INSERT INTO checkout_sale (
      id, status, store_id, till_id, shift_id, staff_id, actor, request_id, member_id, card_id, reference, numbered_by, channel,
      at, business_date, gross, discount, net, paid, due, change, refunded, points_spent, points_earned, growth_earned,
      entry_id, accrual_id, redemption_id, policy_id, key, fingerprint, answer, is_followed_up)
    SELECT s.id, 'captured', p_store, p_till, p_shift, p_staff, p_actor, p_request_id, s.member, s.card, s.reference, coalesce(s.numbered_by, ''), s.channel,
           p_at, p_business_date, s.gross, s.discount, s.net, s.paid, s.due, s.change, 0, s.points_spent, s.points_earned, s.growth_earned,
           v_entry.entry_id, v_accrual, v_redemption, s.policy, p_key, p_fingerprint, checkout_capture.answer, s.is_followed_up
      FROM jsonb_to_record(p_sale) AS s (
        id uuid, member bigint, card bigint, reference text, numbered_by text, channel text, gross bigint, discount bigint, net bigint, paid bigint,
        due bigint, change bigint, points_spent bigint, points_earned bigint, growth_earned bigint, policy bigint, is_followed_up boolean)
  ), rung_up AS (
    INSERT INTO checkout_saleline (sale_id, place, kind, sku, name, category, thousandths, unit_price, gross, net, refunded, excluded)
    SELECT sale, l.place, l.kind, l.sku, l.name, l.category, l.thousandths, l.unit_price, l.gross, l.net, 0, l.excluded
      FROM jsonb_to_recordset(p_lines) AS l (
        place int, kind text, sku text, name text, category text, thousandths int, unit_price bigint, gross bigint, net bigint,
        excluded boolean)
  ), taken_off AS (
    INSERT INTO checkout_salediscount (sale_id, place, kind, subject, name, amount, per_line)
    SELECT sale, d.place, d.kind, d.subject, d.name, d.amount, d.per_line
      FROM jsonb_to_recordset(p_discounts) AS d (place int, kind text, subject bigint, name text, amount bigint, per_line bigint[])
  )
  INSERT INTO checkout_salepayment (
    sale_id, place, kind, tender, reference, amount, points, principal, bonus, gift_card_id, last4, holder_id, returned)
  SELECT sale, p.place, p.kind, p.tender, p.reference, p.amount, p.points, p.principal, p.bonus, p.gift_card, p.last4, p.holder, 0
    FROM jsonb_to_recordset(p_payments) AS p (
      place int, kind text, tender text, reference text, amount bigint, points bigint, principal bigint, bonus bigint,
      gift_card bigint, last4 text, holder bigint);

  IF v_member IS NOT NULL THEN
    SELECT array_agg(coalesce(nullif(l.sku, ''), left(l.name, 64))), array_agg(coalesce(nullif(l.name, ''), l.sku)),
           array_agg(l.category), array_agg(CASE WHEN l.thousandths % 1000 = 0 THEN l.thousandths / 1000 ELSE 1 END),
           array_agg(l.net)
      INTO v_skus, v_names, v_categories, v_quantities, v_nets
      FROM jsonb_to_recordset(p_lines) AS l (kind text, sku text, name text, category text, thousandths int, net bigint)
     WHERE l.kind = 'item' AND (l.sku <> '' OR l.name <> '');  -- what was weighed is one piece
    PERFORM recognition_note_visit(
      v_member, p_store, p_at, p_business_date, (p_sale ->> 'net')::bigint, 'checkout', sale::text,
      coalesce(v_skus, '{}'), coalesce(v_names, '{}'), coalesce(v_categories, '{}'), coalesce(v_quantities, '{}'), coalesce(v_nets, '{}'));
  END IF;
  PERFORM outbox_record('sale.captured', sale::text, p_store, p_event, p_at);
  outcome := 'done';
END
$$;
