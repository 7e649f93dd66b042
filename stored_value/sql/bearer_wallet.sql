-- What a card holds that belongs to nobody by name, as the office looks at it. A card that was
-- bound is gone from here: what was on it went into the member's wallet.
CREATE OR REPLACE VIEW stored_value_bearerwallet AS
SELECT p.id, c.id AS card_id, p.balance AS principal,
       coalesce(b.balance, 0) AS bonus, coalesce(h.balance, 0) AS held,
       p.status, p.opened_at
  FROM ledger_account p
  JOIN cards_card c ON c.id = p.holder_id AND c.member_id IS NULL
  LEFT JOIN ledger_account b ON b.holder_kind = 'card' AND b.holder_id = p.holder_id
        AND b.kind = 'bonus' AND b.unit_id = p.unit_id AND b.slot = ''
  LEFT JOIN ledger_account h ON h.holder_kind = 'card' AND h.holder_id = p.holder_id
        AND h.kind = 'held' AND h.unit_id = p.unit_id AND h.slot = ''
 WHERE p.holder_kind = 'card' AND p.kind = 'principal' AND p.slot = '';
