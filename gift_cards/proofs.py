"""What the nightly proof asks of gift cards: paid for, and owed."""

from typing import Final

from ledger.proofs import AppChecks

PAID: Final = """
    SELECT 'gift card ' || g.id, 'paid by its sale', coalesce(p.amount, 0), g.amount
      FROM gift_cards_giftcard g
      LEFT JOIN (SELECT p.entry_id, p.credit_id, sum(p.amount)::bigint AS amount
                   FROM ledger_posting p
                   JOIN ledger_account a ON a.id = p.credit_id AND a.kind = 'gift_card'
                  GROUP BY 1, 2) p
        ON p.entry_id = g.sale_id AND p.credit_id = g.account_id
     WHERE g.sale_id IS NOT NULL AND g.amount IS DISTINCT FROM coalesce(p.amount, 0)"""
ACCOUNTS: Final = """
    SELECT coalesce('account ' || a.id, 'gift card ' || g.id), 'gift card',
           coalesce(a.holder_id, 0), coalesce(g.id, 0)
      FROM (SELECT id, account_id FROM gift_cards_giftcard
             WHERE account_id IS NOT NULL) g
      FULL JOIN (SELECT id, holder_id FROM ledger_account
                  WHERE kind = 'gift_card' AND balance > 0) a ON a.id = g.account_id
     WHERE (a.id IS NOT NULL AND a.holder_id IS DISTINCT FROM g.id)
    UNION ALL
    SELECT 'account ' || a.id, 'left on a void gift card', 0, a.balance
      FROM gift_cards_giftcard g JOIN ledger_account a ON a.id = g.account_id
     WHERE g.status = 'void' AND a.balance <> 0"""

_NEVER_GONE = ("giftcard", "giftcardcode", "giftcardbatch", "gift")
_WRITTEN_ONCE = ("giftcardpolicy", "giftcardpicture")

CHECKS: Final = AppChecks(
    app="gift_cards",
    statements={
        "a gift card is worth what was paid for it": PAID,
        "what is owed on gift cards is owed on a living one": ACCOUNTS,
    },
    triggers=(
        "gift_cards_giftcard_never_off_its_graph",
        "gift_cards_giftcardcode_never_alive_again",
        "gift_cards_giftcardbatch_never_exported_twice",
        *(f"gift_cards_{table}_never_deleted" for table in _NEVER_GONE),
        *(f"gift_cards_{table}_never_changed" for table in _WRITTEN_ONCE),
        *(
            f"gift_cards_{table}_never_truncated"
            for table in (*_NEVER_GONE, *_WRITTEN_ONCE)
        ),
    ),
)
