-- Wallets with one opening entry, two postings and two lots each; the first lot expires.
-- Set-based, and in one order everywhere, so that the n-th row of each table belongs
-- to the n-th wallet. What it writes is proved before anything is measured.
INSERT INTO ledger_account (kind, unit_id, guarded, side, holder_kind, holder_id, slot, status, balance)
SELECT 'principal', %(unit)s::smallint, true, 'C', 'member', n, '', 'open', 2 * %(lot)s::bigint
  FROM generate_series(1, %(accounts)s::int) n ORDER BY n;

INSERT INTO ledger_entry (kind, key, fingerprint, occurred_at, business_date, actor, request_id, memo)
SELECT 'opening', 'opening:' || n, sha256(int4send(n)), %(at)s::timestamptz, %(day)s::date, 'system:bench', 'bench', ''
  FROM generate_series(1, %(accounts)s::int) n ORDER BY n;

-- Two million times the same two open accounts; the proof sees that this is on again.
ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_open_accounts;

INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, credit_after)
SELECT e.id, %(opening)s::bigint, a.id, %(unit)s::smallint, %(lot)s::bigint, %(lot)s::bigint * k
  FROM (SELECT id, row_number() OVER (ORDER BY seq) AS n FROM ledger_entry) e
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ledger_account WHERE guarded) a USING (n)
 CROSS JOIN generate_series(1, 2) k
 ORDER BY n, k;

ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_open_accounts;

INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
SELECT credit_id, id, amount, amount, true, CASE WHEN credit_after = amount THEN %(expires)s::timestamptz END
  FROM ledger_posting ORDER BY id;
