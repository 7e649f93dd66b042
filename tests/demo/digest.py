"""Everything that a demo invented, without the numbers that the database gave out."""

import hashlib

from django.db import connection

# Codes, keys and the numbers of bills that are drawn at random on purpose are left out.
EVERYTHING = """
SELECT 'member', m.phone, m.name, m.salutation, m.gender, m.joined_at, m.birth_calendar,
       m.birth_month, m.birth_day, m.birth_year, s.code, r.phone, k.username
  FROM members_member m LEFT JOIN stores_store s ON s.id = m.home_store_id
  LEFT JOIN members_member r ON r.id = m.referrer_id
  LEFT JOIN stores_user k ON k.id = m.keeper_id ORDER BY m.phone
;
SELECT 'visit', v.source, CASE WHEN v.source <> 'checkout' THEN v.reference END,
       m.phone, s.code, v.at, v.business_date, v.amount,
       v.voided_at, (SELECT array_agg(l.sku || l.quantity || l.amount ORDER BY l.sku)
                       FROM recognition_visitline l WHERE l.visit_id = v.id)
  FROM recognition_visit v JOIN members_member m ON m.id = v.member_id
  JOIN stores_store s ON s.id = v.store_id ORDER BY 2, 3, v.at, 4, 5
;
SELECT 'bill', s.code, b.reference, m.phone, b.at, b.business_date, b.status, b.gross,
       b.discount, b.net, b.due, b.points_spent, b.points_earned,
       (SELECT array_agg(l.sku || l.thousandths / 1000 || ' ' || l.net ORDER BY l.place)
          FROM checkout_saleline l WHERE l.sale_id = b.id),
       (SELECT array_agg(d.kind || d.amount ORDER BY d.place)
          FROM checkout_salediscount d WHERE d.sale_id = b.id),
       (SELECT array_agg(p.kind || p.tender || p.amount ORDER BY p.place)
          FROM checkout_salepayment p WHERE p.sale_id = b.id)
  FROM checkout_sale b JOIN stores_store s ON s.id = b.store_id
  JOIN members_member m ON m.id = b.member_id ORDER BY 2, 3
;
SELECT 'given back', b.reference, r.at, r.amount, r.reason FROM checkout_refund r
  JOIN checkout_sale b ON b.id = r.sale_id ORDER BY 3, 2
;
SELECT 'posting', e.kind,
       CASE WHEN e.kind IN ('adjustment', 'expiry', 'transfer')
            THEN regexp_replace(e.memo, '[0-9]+', 'N', 'g') ELSE e.memo END,
       e.occurred_at, e.business_date, s.code,
       d.kind, d.slot, c.kind, c.slot, p.amount, dm.phone, cm.phone
  FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
  JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
  LEFT JOIN stores_store s ON s.id = e.store_id
  LEFT JOIN members_member dm ON d.holder_kind = 'member' AND dm.id = d.holder_id
  LEFT JOIN members_member cm ON c.holder_kind = 'member' AND cm.id = c.holder_id
 ORDER BY 4, 2, 11, 12, 13, 7, 9, 8, 10, 6, 3
;
SELECT 'lot', a.kind, m.phone, l.initial, l.remaining, l.expires_at FROM ledger_lot l
  JOIN ledger_account a ON a.id = l.account_id
  LEFT JOIN members_member m ON a.holder_kind = 'member' AND m.id = a.holder_id
 ORDER BY 2, 3, 6, 4, 5
;
SELECT 'standing', m.phone, t.code FROM tiers_standing x
  JOIN members_member m ON m.id = x.member_id LEFT JOIN tiers_tier t ON t.id = x.tier_id
 ORDER BY 2
;
SELECT 'said', m.phone, f.at, f.score, f.words, f.state, f.cure, f.cured_at
  FROM recognition_feedback f JOIN members_member m ON m.id = f.member_id ORDER BY 3, 2
;
SELECT 'known', m.phone, p.kind, p.words FROM recognition_preference p
  JOIN members_member m ON m.id = p.member_id ORDER BY 2, 3, 4
;
SELECT 'note', m.phone, n.words, n.at FROM recognition_note n
  JOIN members_member m ON m.id = n.member_id ORDER BY 4, 2
;
SELECT 'coupon', m.phone, v.name_en, c.status, c.valid_until FROM coupons_coupon c
  JOIN coupons_templateversion v ON v.id = c.version_id
  LEFT JOIN members_member m ON m.id = c.member_id ORDER BY 3, 2, 5, 4
;
SELECT 'gift card', g.amount, g.status, g.sold_at FROM gift_cards_giftcard g
 ORDER BY 4, 2
"""


def digest_of_everything() -> str:
    """One word for all of it."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner still takes these tables for empty
    for statement in EVERYTHING.split(";"):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall()
        assert rows, statement
        found.update(repr(rows).encode())
    return found.hexdigest()
