"""What the nightly proof asks of sales: rows, refunds and the books tell one story."""

from typing import Final

from ledger.proofs import AppChecks

SUMS: Final = """
    SELECT 'sale ' || s.id, 'net by its lines', s.net, l.net
      FROM checkout_sale s
      JOIN (SELECT sale_id, sum(net)::bigint AS net
              FROM checkout_saleline GROUP BY 1) l ON l.sale_id = s.id
     WHERE l.net <> s.net
     UNION ALL
    SELECT 'sale ' || s.id, 'net by its payments', s.net, coalesce(p.amount, 0)
      FROM checkout_sale s
      LEFT JOIN (SELECT sale_id, sum(amount)::bigint AS amount
                   FROM checkout_salepayment GROUP BY 1) p ON p.sale_id = s.id
     WHERE coalesce(p.amount, 0) <> s.net
     UNION ALL
    SELECT 'sale ' || s.id, 'discounts', s.discount, coalesce(d.amount, 0)
      FROM checkout_sale s
      LEFT JOIN (SELECT sale_id, sum(amount)::bigint AS amount
                   FROM checkout_salediscount GROUP BY 1) d ON d.sale_id = s.id
     WHERE coalesce(d.amount, 0) <> s.discount"""
REFUNDED: Final = """
    SELECT 'sale ' || s.id, 'refunded by its refunds', s.refunded,
           coalesce(r.amount, 0)
      FROM checkout_sale s
      LEFT JOIN (SELECT sale_id, sum(amount)::bigint AS amount
                   FROM checkout_refund GROUP BY 1) r ON r.sale_id = s.id
     WHERE coalesce(r.amount, 0) <> s.refunded
     UNION ALL
    SELECT 'sale ' || s.id, 'refunded by its lines', s.refunded, l.refunded
      FROM checkout_sale s
      JOIN (SELECT sale_id, sum(refunded)::bigint AS refunded
              FROM checkout_saleline GROUP BY 1) l ON l.sale_id = s.id
     WHERE l.refunded <> s.refunded
     UNION ALL
    SELECT 'payment ' || p.id, 'given back by refunds', p.returned,
           coalesce(r.amount, 0)
      FROM checkout_salepayment p
      LEFT JOIN (SELECT payment_id, sum(amount)::bigint AS amount
                   FROM checkout_refundpart GROUP BY 1) r ON r.payment_id = p.id
     WHERE coalesce(r.amount, 0) <> p.returned"""
# Money and stored value of the refunds of a sale are what its entry was reversed by;
# what a wallet paid that is closed by now was paid out beside it.
REVERSED: Final = """
    SELECT 'sale ' || s.id, 'money given back in the books', g.amount,
           coalesce(b.amount, 0)
      FROM (SELECT p.sale_id, sum(p.returned - coalesce(w.amount, 0))::bigint AS amount
              FROM checkout_salepayment p
              LEFT JOIN (SELECT x.payment_id, sum(x.amount)::bigint AS amount
                           FROM checkout_refundpart x
                           JOIN checkout_salepayment paid ON paid.id = x.payment_id
                          WHERE paid.kind = 'stored_value' AND x.tender <> ''
                          GROUP BY 1) w ON w.payment_id = p.id
             WHERE p.kind <> 'points' AND p.returned > 0 GROUP BY 1) g
      JOIN checkout_sale s ON s.id = g.sale_id
      LEFT JOIN (SELECT x.entry_id, sum(r.reversed)::bigint AS amount
                   FROM ledger_posting x
                   JOIN ledger_reversed r ON r.posting_id = x.id
                   JOIN ledger_account c ON c.id = x.credit_id AND c.kind = 'sales'
                  WHERE x.entry_id IN (SELECT entry_id FROM checkout_sale
                                        WHERE refunded > 0)
                  GROUP BY 1) b ON b.entry_id = s.entry_id
     WHERE g.amount <> coalesce(b.amount, 0)"""

# What a store handed back for another is what that one owes it in the clearing.
ELSEWHERE: Final = """
    SELECT 'refund ' || r.id, 'handed back for another store', r.paid_out,
           coalesce(b.amount, 0)
      FROM checkout_refund r
      JOIN checkout_sale s ON s.id = r.sale_id AND s.store_id <> r.store_id
      LEFT JOIN LATERAL (
           SELECT sum(CASE WHEN d.holder_id = s.store_id THEN p.amount
                           ELSE -p.amount END)::bigint AS amount
             FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
             JOIN ledger_account d ON d.id = p.debit_id
              AND d.holder_kind = 'store' AND d.kind IN ('sales', 'tender')
             JOIN ledger_account c ON c.id = p.credit_id
              AND c.holder_kind = 'store' AND c.kind IN ('sales', 'tender')
            WHERE e.key = 'refund:' || r.id || ':value'
              AND (d.holder_id, c.holder_id) IN ((s.store_id, r.store_id),
                                                 (r.store_id, s.store_id))) b ON true
     WHERE r.paid_out <> coalesce(b.amount, 0)"""

# Money that pays the new bill of an exchange is money that came back, and no more.
EXCHANGED: Final = """
    SELECT 'exchange ' || x.id, 'set off', least(r.paid_out, s.due), x."offset"
      FROM checkout_exchange x
      JOIN checkout_refund r ON r.id = x.refund_id
      JOIN checkout_sale s ON s.id = x.sale_id
     WHERE x."offset" <> least(r.paid_out, s.due)
        OR r.at <> s.at OR r.store_id <> s.store_id"""

TENDERS: Final = """
    SELECT 'account ' || a.id, 'way of paying', 'one that there is', a.slot
      FROM ledger_account a
     WHERE a.kind = 'tender' AND a.holder_kind = 'store'
       AND NOT EXISTS (SELECT FROM stores_tenderkind k WHERE k.code = a.slot)
     UNION ALL
    SELECT 'sale ' || p.sale_id, 'way of paying', 'one that there is', p.tender
      FROM checkout_salepayment p
     WHERE p.kind = 'tender'
       AND NOT EXISTS (SELECT FROM stores_tenderkind k WHERE k.code = p.tender)"""

CHECKS: Final = AppChecks(
    app="checkout",
    statements={
        "a sale is the sum of its lines, discounts and payments": SUMS,
        "what was refunded is the sum of the refunds": REFUNDED,
        "what refunds gave back is what the books reversed": REVERSED,
        "what is exchanged is set off against what came back": EXCHANGED,
        "what was handed back for another store is owed to who did": ELSEWHERE,
        "money moves by ways of paying that there are": TENDERS,
    },
    triggers=(
        "checkout_sale_keeps",
        "checkout_sale_status_ends",
        "checkout_saleline_keeps",
        "checkout_salepayment_keeps",
        "checkout_refund_void_stands_alone",
        *(
            f"checkout_{table}_never_{what}"
            for table in (
                "checkoutpolicy",
                "salediscount",
                "refund",
                "refundpart",
                "exchange",
            )
            for what in ("changed", "truncated")
        ),
    ),
)
