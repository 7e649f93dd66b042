-- Write one entry: the only way that value changes.
--
-- In this order, each step once:
--   1. claim the idempotency key; where it is taken, answer what the first one did
--   2. make sure that the shift is still open, and stays so; for a reversal, lock the entry that it reverses, and cap it by what is left
--   3. lock the guarded accounts, in key order everywhere, so that none deadlock
--   4. line by line: check balances, write the posting, take from lots (the first to expire
--      first) or make one; what is reversed goes back into the lots that it came from
--   5. write the cached balances
--
-- Where something leaves each account once, and before anything comes to it, as in a sale, and
-- no lot is named, no line waits for what another leaves behind. Then what step 4 and 5 write
-- is two statements: what a statement costs is mostly its beginning and its end.
--
-- Lines are parallel arrays: debit, credit, amount, when the value that comes in expires
-- (NULL: never) and the one lot to take from (NULL: the first to expire).
-- A reversal undoes `p_undo_amounts` of `p_undo_postings`, or all that is left of the entry
-- where that is NULL; lines given beside it are posted after it, in the same entry.
-- `p_live_until` keeps the value that a reversal gives back alive at least until then.
--
-- Refusals, their facts in DETAIL as JSON:
--   RG001 insufficient funds   RG002 key reused for another request
--   RG003 account closed       RG004 account frozen
--   RG005 beyond what is left to reverse    RG006 no such account or entry
--   RG007 this cannot be reversed    RG010 shift closed
CREATE OR REPLACE FUNCTION ledger_post_entry(
  p_kind text, p_key text, p_fingerprint bytea, p_at timestamptz, p_business_date date,
  p_actor text, p_store bigint, p_till bigint, p_staff bigint, p_shift bigint, p_approver bigint,
  p_request_id text, p_memo text,
  p_debits bigint[], p_credits bigint[], p_amounts bigint[],
  p_expires timestamptz[] DEFAULT NULL, p_lots bigint[] DEFAULT NULL,
  p_reverses uuid DEFAULT NULL, p_undo_postings bigint[] DEFAULT NULL, p_undo_amounts bigint[] DEFAULT NULL,
  p_live_until timestamptz DEFAULT NULL,
  OUT entry_id uuid, OUT replayed boolean,
  OUT posting_ids bigint[], OUT debits_after bigint[], OUT credits_after bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Plans are made once for a connection, and one made while the tables were small never scans them.
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_first record;       -- what the key already did, or the entry to reverse
  v_undo bigint[];      -- per line: the posting that it undoes
  v_ids bigint[] := '{}';       -- guarded accounts, locked, in key order
  v_units smallint[] := '{}';
  v_balances bigint[] := '{}';
  v_sides text[] := '{}';
  v_statuses text[] := '{}';
  v_row record;
  v_lot record;
  v_unit smallint;
  v_apart boolean;      -- many lines, and none of them waits for another
  v_goes int[];         -- the lines in which something leaves an account
  v_comes int[];
  v_line_units smallint[] := '{}';
  v_out int[] := '{}';          -- what goes out: place of the account in v_ids, and its line
  v_out_lines int[] := '{}';
  v_in int[] := '{}';           -- what comes in: the same
  v_in_lines int[] := '{}';
  v_d int;              -- place of the debited account in v_ids, NULL for a house account
  v_c int;
  v_place int;
  v_change bigint;
  v_need bigint;
  v_take bigint;
  v_skip bigint;        -- of a reversed posting: what went to an heir before
  v_after bigint[];     -- the lots that a merged holder's lots have become
  v_posting bigint;
BEGIN
  PERFORM set_config('enable_seqscan', 'off', true);  -- until the commit: foreign keys are checked there
  replayed := false;
  posting_ids := '{}';
  debits_after := '{}';
  credits_after := '{}';

  INSERT INTO ledger_entry (kind, key, fingerprint, occurred_at, business_date, actor, store_id, till_id,
                            staff_id, shift_id, approver_id, request_id, memo, reverses_id)
  VALUES (p_kind, p_key, p_fingerprint, p_at, p_business_date, p_actor, p_store, p_till,
          p_staff, p_shift, p_approver, p_request_id, p_memo, p_reverses)
  ON CONFLICT (key) DO NOTHING
  RETURNING id INTO entry_id;

  IF entry_id IS NULL THEN
    SELECT id, fingerprint INTO v_first FROM ledger_entry WHERE key = p_key;
    IF v_first.fingerprint IS DISTINCT FROM p_fingerprint THEN
      RAISE EXCEPTION 'idempotency key was used for another request' USING ERRCODE = 'RG002';
    END IF;
    SELECT true, v_first.id, array_agg(id ORDER BY id), array_agg(debit_after ORDER BY id), array_agg(credit_after ORDER BY id)
      INTO replayed, entry_id, posting_ids, debits_after, credits_after
      FROM ledger_posting WHERE ledger_posting.entry_id = v_first.id;
    RETURN;
  END IF;

  IF p_shift IS NOT NULL THEN
    -- A close takes the full lock: either it counts this entry, or this entry is refused.
    PERFORM FROM stores_shift WHERE id = p_shift AND closed_at IS NULL FOR KEY SHARE;  -- guard: shift
    IF NOT FOUND THEN
      RAISE EXCEPTION 'shift is closed' USING ERRCODE = 'RG010';
    END IF;
  END IF;

  IF p_reverses IS NOT NULL THEN
    SELECT kind INTO v_first FROM ledger_entry WHERE id = p_reverses FOR NO KEY UPDATE;  -- guard: reversed entry
    IF NOT FOUND THEN
      RAISE EXCEPTION 'no such entry' USING ERRCODE = 'RG006';
    ELSIF v_first.kind IN ('reversal', 'expiry') THEN
      RAISE EXCEPTION 'this kind of entry is not reversed' USING ERRCODE = 'RG007',
        DETAIL = jsonb_build_object('kind', v_first.kind)::text;
    END IF;
    v_need := 0;
    FOREACH v_posting IN ARRAY coalesce(p_undo_postings, '{}') LOOP
      IF NOT EXISTS (SELECT FROM ledger_posting p WHERE p.id = v_posting AND p.entry_id = p_reverses) THEN
        RAISE EXCEPTION 'beyond what is left to reverse' USING ERRCODE = 'RG005',
          DETAIL = jsonb_build_object('posting', v_posting, 'left', 0)::text;
      END IF;
    END LOOP;
    -- Mirrored: what was posted last is undone first.
    FOR v_row IN
      SELECT p.id, ledger_heir_of(p.debit_id) AS debit_id, ledger_heir_of(p.credit_id) AS credit_id,
             p.amount, p.amount - coalesce(r.reversed, 0) AS left_over
        FROM ledger_posting p LEFT JOIN ledger_reversed r ON r.posting_id = p.id
       WHERE p.entry_id = p_reverses ORDER BY p.id
    LOOP
      v_take := v_row.left_over;
      IF p_undo_postings IS NOT NULL THEN
        v_take := coalesce(p_undo_amounts[array_position(p_undo_postings, v_row.id)], 0);
      END IF;
      IF v_take < 0 OR v_take > v_row.left_over THEN
        RAISE EXCEPTION 'beyond what is left to reverse' USING ERRCODE = 'RG005',
          DETAIL = jsonb_build_object('posting', v_row.id, 'left', v_row.left_over)::text;
      END IF;
      CONTINUE WHEN v_take = 0;
      IF v_row.debit_id = v_row.credit_id THEN  -- both sides are one holder by now
        RAISE EXCEPTION 'this kind of entry is not reversed' USING ERRCODE = 'RG007',
          DETAIL = jsonb_build_object('kind', v_first.kind)::text;
      END IF;
      v_need := v_need + v_take;
      p_debits := v_row.credit_id || p_debits;
      p_credits := v_row.debit_id || p_credits;
      p_amounts := v_take || p_amounts;
      v_undo := v_row.id || v_undo;
      INSERT INTO ledger_reversed AS r (posting_id, amount, reversed) VALUES (v_row.id, v_row.amount, v_take)
      ON CONFLICT (posting_id) DO UPDATE SET reversed = r.reversed + EXCLUDED.reversed;
    END LOOP;
    IF v_need = 0 THEN
      RAISE EXCEPTION 'nothing is left to reverse' USING ERRCODE = 'RG005', DETAIL = '{"left": 0}';
    END IF;
    -- Lines posted beside a reversal come after it.
    p_expires := array_fill(NULL::timestamptz, ARRAY[cardinality(v_undo)]) || p_expires;
    p_lots := array_fill(NULL::bigint, ARRAY[cardinality(v_undo)]) || p_lots;
  END IF;

  IF cardinality(p_debits) = 0 OR cardinality(p_debits) <> cardinality(p_credits)
     OR cardinality(p_debits) <> cardinality(p_amounts) THEN
    RAISE EXCEPTION 'an entry needs lines of a debit, a credit and an amount' USING ERRCODE = 'RG006';
  END IF;

  -- Of one or two lines, the statements of their own are the cheaper ones.
  v_apart := cardinality(p_debits) > 2 AND p_reverses IS NULL AND coalesce(array_remove(p_lots, NULL), '{}') = '{}';
  FOR v_row IN
    SELECT id, unit_id, balance, side, status FROM ledger_account
     WHERE guarded AND id = ANY (p_debits || p_credits)
     ORDER BY id
       FOR NO KEY UPDATE  -- guard: accounts
  LOOP
    v_ids := v_ids || v_row.id;
    v_units := v_units || v_row.unit_id;
    v_balances := v_balances || v_row.balance;
    v_sides := v_sides || v_row.side::text;
    v_statuses := v_statuses || v_row.status::text;
    IF v_apart THEN
      v_goes := array_positions(CASE WHEN v_row.side = 'C' THEN p_debits ELSE p_credits END, v_row.id);
      v_comes := array_positions(CASE WHEN v_row.side = 'C' THEN p_credits ELSE p_debits END, v_row.id);
      v_apart := v_goes = '{}' OR cardinality(v_goes) = 1 AND (v_comes = '{}' OR v_goes[1] < v_comes[1]);
    END IF;
  END LOOP;

  FOR i IN 1 .. cardinality(p_debits) LOOP
    v_d := array_position(v_ids, p_debits[i]);
    v_c := array_position(v_ids, p_credits[i]);
    v_unit := coalesce(v_units[v_d], v_units[v_c]);
    IF v_unit IS NULL THEN
      SELECT unit_id INTO v_unit FROM ledger_account WHERE id = p_debits[i];
      IF v_unit IS NULL THEN
        RAISE EXCEPTION 'no such account' USING ERRCODE = 'RG006',
          DETAIL = jsonb_build_object('account', p_debits[i])::text;
      END IF;
    END IF;

    -- Both sides' balances first: the posting keeps them, and it must stand before its lots.
    FOREACH v_place IN ARRAY ARRAY[v_d, v_c] LOOP
      CONTINUE WHEN v_place IS NULL;
      v_change := CASE WHEN (v_sides[v_place] = 'C') = (v_ids[v_place] = p_credits[i]) THEN p_amounts[i] ELSE -p_amounts[i] END;
      IF v_statuses[v_place] = 'closed' THEN
        RAISE EXCEPTION 'account is closed' USING ERRCODE = 'RG003',
          DETAIL = jsonb_build_object('account', v_ids[v_place])::text;
      ELSIF v_statuses[v_place] = 'frozen' AND v_change < 0 AND v_undo[i] IS NULL AND p_approver IS NULL THEN
        RAISE EXCEPTION 'account is frozen' USING ERRCODE = 'RG004',
          DETAIL = jsonb_build_object('account', v_ids[v_place])::text;
      END IF;
      v_balances[v_place] := v_balances[v_place] + v_change;
      IF v_balances[v_place] < 0 THEN
        RAISE EXCEPTION 'insufficient funds' USING ERRCODE = 'RG001',
          DETAIL = jsonb_build_object('account', v_ids[v_place], 'short_by', -v_balances[v_place])::text;
      END IF;
      CONTINUE WHEN NOT v_apart;
      IF v_change > 0 THEN
        v_in := v_in || v_place;
        v_in_lines := v_in_lines || i;
      ELSE
        v_out := v_out || v_place;
        v_out_lines := v_out_lines || i;
      END IF;
    END LOOP;
    debits_after := debits_after || v_balances[v_d];
    credits_after := credits_after || v_balances[v_c];
    IF v_apart THEN
      v_line_units := v_line_units || v_unit;
      CONTINUE;  -- written below
    END IF;

    INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, debit_after, credit_after)
    VALUES (ledger_post_entry.entry_id, p_debits[i], p_credits[i], v_unit, p_amounts[i], v_balances[v_d], v_balances[v_c])
    RETURNING id INTO v_posting;
    posting_ids := posting_ids || v_posting;

    FOREACH v_place IN ARRAY ARRAY[v_d, v_c] LOOP
      CONTINUE WHEN v_place IS NULL;
      v_need := p_amounts[i];
      IF (v_sides[v_place] = 'C') = (v_ids[v_place] = p_credits[i]) THEN
        IF v_undo[i] IS NULL THEN
          INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
          VALUES (v_ids[v_place], v_posting, v_need, v_need, true,
                  CASE WHEN v_sides[v_place] = 'C' THEN p_expires[i] END);  -- a debt does not lapse
        ELSE
          -- Back into the lots it was taken from, the one taken last first; where these are
          -- a merged holder's, into new ones of the heir with the same life.
          v_skip := NULL;
          FOR v_lot IN
            SELECT u.id AS use_id, u.lot_id, l.account_id, l.expires_at,
                   u.amount - coalesce((SELECT sum(b.amount) FROM ledger_lotuse b WHERE b.returns_id = u.id), 0) AS remaining
              FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
             WHERE u.posting_id = v_undo[i] AND u.returns_id IS NULL
               AND (l.account_id = v_ids[v_place] OR ledger_heir_of(l.account_id) = v_ids[v_place])
             ORDER BY u.id DESC
          LOOP
            EXIT WHEN v_need = 0;
            IF v_lot.account_id <> v_ids[v_place] THEN
              IF v_skip IS NULL THEN  -- what an heir was given back before now
                SELECT r.reversed - p_amounts[i] - coalesce((
                         SELECT sum(b.amount) FROM ledger_lotuse u
                           JOIN ledger_lotuse b ON b.returns_id = u.id JOIN ledger_lot l ON l.id = u.lot_id
                          WHERE u.posting_id = v_undo[i] AND ledger_heir_of(l.account_id) = v_ids[v_place]), 0)
                  INTO v_skip FROM ledger_reversed r WHERE r.posting_id = v_undo[i];
              END IF;
              v_take := least(v_skip, v_lot.remaining);
              v_skip := v_skip - v_take;
              v_take := least(v_need, v_lot.remaining - v_take);
              CONTINUE WHEN v_take = 0;
              INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
              VALUES (v_ids[v_place], v_posting, v_take, v_take, true,
                      CASE WHEN v_lot.expires_at < p_live_until THEN p_live_until ELSE v_lot.expires_at END);
              v_need := v_need - v_take;
              CONTINUE;
            END IF;
            v_take := least(v_need, v_lot.remaining);
            CONTINUE WHEN v_take = 0;
            UPDATE ledger_lot SET remaining = ledger_lot.remaining + v_take, is_open = true,
                   expires_at = CASE WHEN expires_at < p_live_until THEN p_live_until ELSE expires_at END
             WHERE id = v_lot.lot_id;
            INSERT INTO ledger_lotuse (lot_id, posting_id, amount, returns_id) VALUES (v_lot.lot_id, v_posting, v_take, v_lot.use_id);
            v_need := v_need - v_take;
          END LOOP;
          IF v_need > 0 THEN
            RAISE EXCEPTION 'beyond what is left to reverse' USING ERRCODE = 'RG005',
              DETAIL = jsonb_build_object('posting', v_undo[i], 'left', p_amounts[i] - v_need)::text;
          END IF;
        END IF;
      ELSE
        v_after := NULL;
        IF v_undo[i] IS NOT NULL AND NOT EXISTS (
             SELECT FROM ledger_posting p WHERE p.id = v_undo[i] AND v_ids[v_place] IN (p.debit_id, p.credit_id)) THEN
          v_after := ledger_lots_after(v_undo[i]);  -- the holder was merged: what was made is the heir's
        END IF;
        FOR v_lot IN
          SELECT id, remaining FROM ledger_lot
           WHERE account_id = v_ids[v_place] AND is_open
             AND CASE WHEN v_after IS NOT NULL THEN id = ANY (v_after)
                      WHEN v_undo[i] IS NOT NULL THEN posting_id = v_undo[i]
                      ELSE (expires_at IS NULL OR expires_at > p_at) AND (p_lots[i] IS NULL OR id = p_lots[i]) END
           ORDER BY expires_at, id
        LOOP
          v_take := least(v_need, v_lot.remaining);
          UPDATE ledger_lot SET remaining = ledger_lot.remaining - v_take, is_open = ledger_lot.remaining > v_take WHERE id = v_lot.id;
          INSERT INTO ledger_lotuse (lot_id, posting_id, amount) VALUES (v_lot.id, v_posting, v_take);
          v_need := v_need - v_take;
          EXIT WHEN v_need = 0;
        END LOOP;
        IF v_need > 0 THEN
          RAISE EXCEPTION 'insufficient funds' USING ERRCODE = 'RG001',
            DETAIL = jsonb_build_object('account', v_ids[v_place], 'short_by', v_need)::text;
        END IF;
      END IF;
    END LOOP;
  END LOOP;

  IF v_apart THEN
    WITH posted AS (
      INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, debit_after, credit_after)
      SELECT ledger_post_entry.entry_id, l.debit_id, l.credit_id, l.unit_id, l.amount, l.debit_after, l.credit_after
        FROM unnest(p_debits, p_credits, v_line_units, p_amounts, debits_after, credits_after) WITH ORDINALITY
             AS l(debit_id, credit_id, unit_id, amount, debit_after, credit_after, n)
       ORDER BY l.n
      RETURNING id
    )
    SELECT array_agg(p.id ORDER BY p.id) INTO posting_ids FROM posted p;

    WITH wanted AS MATERIALIZED (
      SELECT v_ids[o.place] AS account_id, p_amounts[o.line] AS amount, posting_ids[o.line] AS posting_id
        FROM unnest(v_out, v_out_lines) AS o(place, line)
    ), taken AS MATERIALIZED (
      SELECT t.lot_id, t.posting_id, t.expires_at, least(t.remaining, t.amount - t.before) AS amount
        FROM (SELECT l.id AS lot_id, w.posting_id, w.amount, l.expires_at, l.remaining,
                     (sum(l.remaining) OVER (PARTITION BY l.account_id ORDER BY l.expires_at, l.id))::bigint - l.remaining AS before
                FROM wanted w JOIN ledger_lot l ON l.account_id = w.account_id
               WHERE l.is_open AND (l.expires_at IS NULL OR l.expires_at > p_at)) t
       WHERE t.before < t.amount
    ), used AS (  -- in the order taken: what is given back goes the other way
      INSERT INTO ledger_lotuse (lot_id, posting_id, amount)
      SELECT t.lot_id, t.posting_id, t.amount FROM taken t ORDER BY t.posting_id, t.expires_at, t.lot_id
    ), lowered AS (
      UPDATE ledger_lot l SET remaining = l.remaining - t.amount, is_open = l.remaining > t.amount
        FROM taken t WHERE l.id = t.lot_id
    ), came AS (
      INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
      SELECT v_ids[m.place], posting_ids[m.line], p_amounts[m.line], p_amounts[m.line], true,
             CASE WHEN v_sides[m.place] = 'C' THEN p_expires[m.line] END  -- a debt does not lapse
        FROM unnest(v_in, v_in_lines) AS m(place, line) ORDER BY m.line
    ), balanced AS (
      UPDATE ledger_account a SET balance = b.balance
        FROM unnest(v_ids, v_balances) AS b(id, balance) WHERE a.id = b.id
    )
    SELECT w.account_id, w.amount - coalesce(t.amount, 0) AS short_by INTO v_row
      FROM wanted w LEFT JOIN (SELECT u.posting_id, sum(u.amount) AS amount FROM taken u GROUP BY u.posting_id) t USING (posting_id)
     WHERE w.amount > coalesce(t.amount, 0) ORDER BY w.posting_id LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'insufficient funds' USING ERRCODE = 'RG001',
        DETAIL = jsonb_build_object('account', v_row.account_id, 'short_by', v_row.short_by)::text;
    END IF;
    RETURN;
  END IF;

  FOR i IN 1 .. cardinality(v_ids) LOOP
    UPDATE ledger_account SET balance = v_balances[i] WHERE id = v_ids[i];
  END LOOP;
END
$$;
