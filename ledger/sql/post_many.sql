-- Write many entries at once, each exactly as `ledger_post_entry` would have.
--
-- One statement a step, however many entries: for histories that are moved in, and gifts to
-- thousands. Entries are parallel arrays; lines too, each naming the place (from 1) of its
-- entry. What a line means is told in post_entry.sql.
--
-- An account of somebody's stands in one line of the batch at most, so that no entry waits
-- for what another leaves behind: `ledger.services.post_many` parts any list into such
-- batches, in order. All or nothing; keys that were written before are answered, not written.
--
-- Refusals: RG001, RG002, RG003, RG004, RG006, RG010, as there; and the check
-- `ledger_post_many_account_once` where the batch is not one.
CREATE OR REPLACE FUNCTION ledger_post_many(
  p_kinds text[], p_keys text[], p_fingerprints bytea[], p_ats timestamptz[], p_business_dates date[],
  p_actors text[], p_stores bigint[], p_tills bigint[], p_staff bigint[], p_shifts bigint[], p_approvers bigint[],
  p_request_ids text[], p_memos text[],
  p_places int[], p_debits bigint[], p_credits bigint[], p_amounts bigint[],
  p_expires timestamptz[], p_lots bigint[],
  OUT entry_ids uuid[], OUT replayed boolean[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- What joins arrays is EXECUTEd, so that it is planned for the arrays at hand: a guess of ten
-- rows would cost hours at ten thousand. (plan_cache_mode would say it in a line, and have every
-- check of a foreign key planned anew as well, row by row: four fifths of the time.)
-- Accounts and lots are looked up by their keys: a batch never reads those of all holders.
SET enable_seqscan = off AS $$
DECLARE
  v_keys text[];        -- written now; the others were written before
  v_ids uuid[];
  v_bad record;
BEGIN
  IF (SELECT count(*) <> count(DISTINCT k) FROM unnest(p_keys) k) THEN
    RAISE EXCEPTION 'idempotency key was used for another request' USING ERRCODE = 'RG002';
  END IF;
  IF EXISTS (SELECT generate_series(1, cardinality(p_keys)) EXCEPT SELECT unnest(p_places))
     OR EXISTS (SELECT unnest(p_places) EXCEPT SELECT generate_series(1, cardinality(p_keys))) THEN
    RAISE EXCEPTION 'an entry needs lines of a debit, a credit and an amount' USING ERRCODE = 'RG006';
  END IF;

  WITH written AS (
    INSERT INTO ledger_entry (kind, key, fingerprint, occurred_at, business_date, actor, store_id, till_id,
                              staff_id, shift_id, approver_id, request_id, memo)
    SELECT e.kind, e.key, e.fingerprint, e.at, e.business_date, e.actor, e.store_id, e.till_id,
           e.staff_id, e.shift_id, e.approver_id, e.request_id, e.memo
      FROM unnest(p_kinds, p_keys, p_fingerprints, p_ats, p_business_dates, p_actors, p_stores, p_tills,
                  p_staff, p_shifts, p_approvers, p_request_ids, p_memos) WITH ORDINALITY
           AS e(kind, key, fingerprint, at, business_date, actor, store_id, till_id,
                staff_id, shift_id, approver_id, request_id, memo, place)
     ORDER BY e.place
    ON CONFLICT (key) DO NOTHING
    RETURNING key, id
  )
  SELECT coalesce(array_agg(w.key), '{}'), coalesce(array_agg(w.id), '{}') INTO v_keys, v_ids FROM written w;

  IF cardinality(v_keys) < cardinality(p_keys) AND EXISTS (
    SELECT FROM unnest(p_keys, p_fingerprints) AS e(key, fingerprint)
      JOIN ledger_entry x ON x.key = e.key
     WHERE x.fingerprint IS DISTINCT FROM e.fingerprint
  ) THEN
    RAISE EXCEPTION 'idempotency key was used for another request' USING ERRCODE = 'RG002';
  END IF;
  EXECUTE $statement$
    SELECT array_agg(x.id ORDER BY e.place), array_agg(w.key IS NULL ORDER BY e.place)
      FROM unnest($1) WITH ORDINALITY AS e(key, place)
      JOIN ledger_entry x ON x.key = e.key
      LEFT JOIN unnest($2) AS w(key) ON w.key = e.key
  $statement$ INTO entry_ids, replayed USING p_keys, v_keys;
  IF cardinality(v_keys) = 0 THEN
    RETURN;
  END IF;

  -- Closes take the full lock: either they count these entries, or the entries are refused.
  PERFORM FROM stores_shift s WHERE s.id = ANY (p_shifts) ORDER BY s.id FOR KEY SHARE;  -- guard: shift
  IF EXISTS (
    SELECT FROM unnest(p_shifts, replayed) AS e(shift_id, is_old)
      LEFT JOIN stores_shift s ON s.id = e.shift_id AND s.closed_at IS NULL
     WHERE e.shift_id IS NOT NULL AND NOT e.is_old AND s.id IS NULL
  ) THEN
    RAISE EXCEPTION 'shift is closed' USING ERRCODE = 'RG010';
  END IF;

  PERFORM FROM ledger_account a
    WHERE a.guarded AND a.id IN (SELECT unnest(p_debits) UNION SELECT unnest(p_credits))
    ORDER BY a.id FOR NO KEY UPDATE;  -- guard: accounts

  -- Each side of each line: what it does to an account of somebody's, or what is wrong with it.
  FOR v_bad IN EXECUTE $statement$
    WITH sides AS MATERIALIZED (
      SELECT l.n, a.id AS found, s.account_id, a.guarded, a.status, a.balance, $6[l.place] AS at,
             $7[l.place] AS approver_id, l.lot_id,
             CASE WHEN (a.side = 'C') = s.is_credit THEN l.amount ELSE -l.amount END AS change
        FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY
             AS l(place, debit_id, credit_id, amount, lot_id, n)
       CROSS JOIN LATERAL (VALUES (l.debit_id, false), (l.credit_id, true)) AS s(account_id, is_credit)
        LEFT JOIN ledger_account a ON a.id = s.account_id
       WHERE NOT $8[l.place]
    ), held AS (
      SELECT f.n, f.account_id, sum(o.remaining)::bigint AS amount
        FROM sides f JOIN ledger_lot o ON o.account_id = f.account_id AND o.is_open
       WHERE f.guarded AND f.change < 0
         AND (o.expires_at IS NULL OR o.expires_at > f.at) AND (f.lot_id IS NULL OR o.id = f.lot_id)
       GROUP BY f.n, f.account_id
    ), faults AS (
      SELECT s.n, 1 AS step, 'RG006' AS state, 'no such account' AS words,
             jsonb_build_object('account', s.account_id) AS facts
        FROM sides s WHERE s.found IS NULL
      UNION ALL
      SELECT min(s.n), 0, '23514', 'an account stands in one line of a batch', NULL
        FROM sides s WHERE s.guarded GROUP BY s.account_id HAVING count(*) > 1
      UNION ALL
      SELECT s.n, 2, 'RG003', 'account is closed', jsonb_build_object('account', s.account_id)
        FROM sides s WHERE s.status = 'closed'
      UNION ALL
      SELECT s.n, 3, 'RG004', 'account is frozen', jsonb_build_object('account', s.account_id)
        FROM sides s WHERE s.guarded AND s.status = 'frozen' AND s.change < 0 AND s.approver_id IS NULL
      UNION ALL
      SELECT s.n, 4, 'RG001', 'insufficient funds', jsonb_build_object('account', s.account_id,
             'short_by', -s.change - CASE WHEN s.balance < -s.change THEN s.balance ELSE coalesce(h.amount, 0) END)
        FROM sides s LEFT JOIN held h ON h.n = s.n AND h.account_id = s.account_id
       WHERE s.guarded AND s.change < 0 AND -s.change > least(s.balance, coalesce(h.amount, 0))
    )
    SELECT * FROM faults ORDER BY (step > 0), n, step LIMIT 1
  $statement$ USING p_places, p_debits, p_credits, p_amounts, p_lots, p_ats, p_approvers, replayed
  LOOP
    IF v_bad.state = '23514' THEN
      RAISE EXCEPTION '%', v_bad.words USING ERRCODE = v_bad.state, CONSTRAINT = 'ledger_post_many_account_once';
    END IF;
    RAISE EXCEPTION '%', v_bad.words USING ERRCODE = v_bad.state, DETAIL = v_bad.facts::text;
  END LOOP;

  EXECUTE $statement$
    WITH line AS MATERIALIZED (
      SELECT l.n, $7[l.place] AS entry_id, l.debit_id, l.credit_id, l.amount, l.expires_at, l.lot_id,
             $8[l.place] AS at, d.unit_id, d.guarded AS d_guarded, d.side AS d_side, d.balance AS d_balance,
             c.guarded AS c_guarded, c.side AS c_side, c.balance AS c_balance
        FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY
             AS l(place, debit_id, credit_id, amount, expires_at, lot_id, n)
        JOIN ledger_account d ON d.id = l.debit_id
        JOIN ledger_account c ON c.id = l.credit_id
       WHERE NOT $9[l.place]
    ), posted AS (
      INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, debit_after, credit_after)
      SELECT l.entry_id, l.debit_id, l.credit_id, l.unit_id, l.amount,
             CASE WHEN l.d_guarded THEN l.d_balance + CASE WHEN l.d_side = 'D' THEN l.amount ELSE -l.amount END END,
             CASE WHEN l.c_guarded THEN l.c_balance + CASE WHEN l.c_side = 'C' THEN l.amount ELSE -l.amount END END
        FROM line l ORDER BY l.n
      RETURNING id, debit_id, credit_id
    ), side AS MATERIALIZED (
      SELECT l.debit_id AS account_id, l.n, l.at, l.amount, l.d_side = 'D' AS rises, NULL::timestamptz AS expires_at, l.lot_id
        FROM line l WHERE l.d_guarded
      UNION ALL
      SELECT l.credit_id, l.n, l.at, l.amount, l.c_side = 'C', l.expires_at, l.lot_id
        FROM line l WHERE l.c_guarded
    ), moved AS MATERIALIZED (
      -- An account of somebody's stands in one line, so it tells which posting is whose.
      SELECT s.*, p.id AS posting_id
        FROM (SELECT id, debit_id AS account_id FROM posted UNION ALL SELECT id, credit_id FROM posted) p
        JOIN side s USING (account_id)
    ), came AS (
      INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
      SELECT m.account_id, m.posting_id, m.amount, m.amount, true, m.expires_at
        FROM moved m WHERE m.rises ORDER BY m.n
      RETURNING 1
    ), taken AS MATERIALIZED (
      SELECT t.lot_id, t.posting_id, least(t.remaining, t.amount - t.before) AS amount
        FROM (SELECT o.id AS lot_id, m.posting_id, o.remaining, m.amount,
                     sum(o.remaining) OVER (PARTITION BY o.account_id ORDER BY o.expires_at, o.id) - o.remaining AS before
                FROM moved m JOIN ledger_lot o ON o.account_id = m.account_id AND o.is_open
               WHERE NOT m.rises AND (o.expires_at IS NULL OR o.expires_at > m.at)
                 AND (m.lot_id IS NULL OR o.id = m.lot_id)) t
       WHERE t.before < t.amount
    ), used AS (
      INSERT INTO ledger_lotuse (lot_id, posting_id, amount)
      SELECT t.lot_id, t.posting_id, t.amount FROM taken t
      RETURNING 1
    ), emptied AS (
      UPDATE ledger_lot o SET remaining = o.remaining - t.amount, is_open = o.remaining > t.amount
        FROM taken t WHERE o.id = t.lot_id
      RETURNING 1
    )
    UPDATE ledger_account a SET balance = a.balance + CASE WHEN s.rises THEN s.amount ELSE -s.amount END
      FROM side s WHERE a.id = s.account_id
  $statement$ USING p_places, p_debits, p_credits, p_amounts, p_expires, p_lots, entry_ids, p_ats, replayed;
END
$$;
