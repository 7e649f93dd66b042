\set account random(:first, :last)
\set amount random(1, 100)
BEGIN;
INSERT INTO ledger_entry (kind, key, fingerprint, occurred_at, business_date, actor, request_id, memo)
  VALUES ('sale', 'sale:' || gen_random_uuid(), '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', now(), current_date, :actor, 'bench', '')
  ON CONFLICT (key) DO NOTHING RETURNING id AS entry \gset
SELECT unit_id AS unit FROM ledger_account
  WHERE id = :account AND status = 'open' AND balance >= :amount FOR NO KEY UPDATE \gset
SELECT id AS lot FROM ledger_lot
  WHERE account_id = :account AND is_open AND (expires_at IS NULL OR expires_at > now()) AND remaining >= :amount
  ORDER BY expires_at, id LIMIT 1 \gset
UPDATE ledger_account SET balance = balance - :amount WHERE id = :account RETURNING balance \gset
INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, debit_after)
  VALUES (:entry, :account, :sales, :unit, :amount, :balance) RETURNING id AS posting \gset
UPDATE ledger_lot SET remaining = remaining - :amount, is_open = remaining > :amount WHERE id = :lot;
INSERT INTO ledger_lotuse (lot_id, posting_id, amount) VALUES (:lot, :posting, :amount);
COMMIT;
