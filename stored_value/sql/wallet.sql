-- What a member holds, side by side, as the office looks at it.
CREATE OR REPLACE VIEW stored_value_wallet AS
SELECT p.id, p.holder_id AS member_id, p.balance AS principal,
       coalesce(b.balance, 0) AS bonus, coalesce(h.balance, 0) AS held,
       p.status, p.opened_at
  FROM ledger_account p
  LEFT JOIN ledger_account b ON b.holder_kind = 'member' AND b.holder_id = p.holder_id
        AND b.kind = 'bonus' AND b.unit_id = p.unit_id AND b.slot = ''
  LEFT JOIN ledger_account h ON h.holder_kind = 'member' AND h.holder_id = p.holder_id
        AND h.kind = 'held' AND h.unit_id = p.unit_id AND h.slot = ''
 WHERE p.holder_kind = 'member' AND p.kind = 'principal' AND p.slot = '';
