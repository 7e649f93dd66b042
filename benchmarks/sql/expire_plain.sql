-- Every due lot in one statement: one entry, a posting for each account, a use for each lot.
WITH due AS MATERIALIZED (
  SELECT id, account_id, remaining FROM plain.ledger_lot WHERE is_open AND expires_at <= %(at)s
), falls AS MATERIALIZED (
  SELECT account_id, sum(remaining)::bigint AS amount FROM due GROUP BY account_id
), written AS (
  INSERT INTO plain.ledger_entry (kind, key, fingerprint, occurred_at, business_date, actor, request_id, memo)
  VALUES ('expiry', 'expiry:' || gen_random_uuid(), sha256('expiry'), %(at)s, %(day)s, 'system:bench', 'bench', '')
  RETURNING id
), posted AS (
  INSERT INTO plain.ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, debit_after)
  SELECT w.id, a.id, %(breakage)s, a.unit_id, f.amount, a.balance - f.amount
    FROM falls f JOIN plain.ledger_account a ON a.id = f.account_id CROSS JOIN written w ORDER BY a.id
  RETURNING id, debit_id
), used AS (
  INSERT INTO plain.ledger_lotuse (lot_id, posting_id, amount)
  SELECT d.id, p.id, d.remaining FROM due d JOIN posted p ON p.debit_id = d.account_id
), closed AS (
  UPDATE plain.ledger_lot l SET remaining = 0, is_open = false FROM due d WHERE l.id = d.id
)
UPDATE plain.ledger_account a SET balance = a.balance - f.amount FROM falls f WHERE a.id = f.account_id
