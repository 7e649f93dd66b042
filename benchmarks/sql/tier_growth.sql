-- Growth value for every member: enough to keep the tier for one of two, else nothing
-- that still counts. The books were proved before; these lots are only looked at.
INSERT INTO ledger_account (kind, unit_id, guarded, side, holder_kind, holder_id, slot, status, balance)
SELECT 'growth', %(unit)s::smallint, true, 'C', 'member', m.id, '', 'open', CASE WHEN m.id %% 2 = 0 THEN 6000 ELSE 4000 END
  FROM members_member m ORDER BY m.id;

INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
SELECT a.id, 0, a.balance / 2, a.balance / 2, true, %(at)s::timestamptz + make_interval(days => 30 * k)
  FROM ledger_account a CROSS JOIN generate_series(1, 2) k
 WHERE a.kind = 'growth' ORDER BY a.id, k;
