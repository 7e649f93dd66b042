"""What the proof asks: each statement names the rows that differ, and nothing else.

Every statement yields (row, fact, expected, found). A proven book yields none.
"""

from typing import Final

# A guarded account's movement by a posting: up on its own side, down on the other.
MOVEMENTS: Final = """
  SELECT p.id AS posting_id, p.entry_id, a.id AS account_id, p.amount,
         CASE WHEN a.side = 'D' THEN p.amount ELSE -p.amount END AS change,
         p.debit_after AS after
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.debit_id WHERE a.guarded
  UNION ALL
  SELECT p.id, p.entry_id, a.id, p.amount,
         CASE WHEN a.side = 'C' THEN p.amount ELSE -p.amount END,
         p.credit_after
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.credit_id WHERE a.guarded
"""

CHECKS: Final[dict[str, str]] = {
    "cached balance is the sum of its postings": f"""
        SELECT 'account ' || a.id, 'balance', coalesce(m.total, 0), a.balance
          FROM ledger_account a
          LEFT JOIN (SELECT account_id, sum(change) AS total FROM ({MOVEMENTS}) x GROUP BY account_id) m
            ON m.account_id = a.id
         WHERE a.guarded AND a.balance <> coalesce(m.total, 0)""",
    "cached balance is the sum of its lots": """
        SELECT 'account ' || a.id, 'lots', coalesce(l.total, 0), a.balance
          FROM ledger_account a
          LEFT JOIN (SELECT account_id, sum(remaining) AS total FROM ledger_lot GROUP BY account_id) l
            ON l.account_id = a.id
         WHERE a.balance <> coalesce(l.total, 0)""",
    "a lot holds what came in less what was taken": """
        SELECT 'lot ' || l.id, 'remaining', l.initial - coalesce(u.total, 0), l.remaining
          FROM ledger_lot l
          LEFT JOIN (SELECT lot_id, sum(CASE WHEN returns_id IS NULL THEN amount ELSE -amount END) AS total
                       FROM ledger_lotuse GROUP BY lot_id) u ON u.lot_id = l.id
         WHERE l.remaining <> l.initial - coalesce(u.total, 0)""",
    "no balance or lot is negative, no lot above its start": """
        SELECT 'account ' || id, 'negative', 0, balance FROM ledger_account WHERE balance < 0
        UNION ALL
        SELECT 'lot ' || id, 'out of bounds', initial, remaining FROM ledger_lot
         WHERE remaining < 0 OR remaining > initial OR is_open <> (remaining > 0)""",
    "every movement is covered by lots": f"""
        SELECT 'posting ' || m.posting_id, 'lots of account ' || m.account_id, m.change, coalesce(l.total, 0)
          FROM ({MOVEMENTS}) m
          LEFT JOIN (
            SELECT posting_id, account_id, sum(change) AS total FROM (
              SELECT posting_id, account_id, initial AS change FROM ledger_lot
              UNION ALL
              SELECT u.posting_id, l.account_id, CASE WHEN u.returns_id IS NULL THEN -u.amount ELSE u.amount END
                FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id) c
            GROUP BY posting_id, account_id) l
            ON l.posting_id = m.posting_id AND l.account_id = m.account_id
         WHERE m.change <> coalesce(l.total, 0)""",
    "running balances follow one another": f"""
        SELECT 'posting ' || posting_id, 'balance of account ' || account_id, before + change, after
          FROM (SELECT posting_id, account_id, change, after,
                       coalesce(lag(after) OVER (PARTITION BY account_id ORDER BY posting_id), 0) AS before
                  FROM ({MOVEMENTS}) m) r
         WHERE after IS DISTINCT FROM before + change""",
    "a posting moves a positive amount of one unit": """
        SELECT 'posting ' || p.id, 'unit or amount', d.unit_id, c.unit_id
          FROM ledger_posting p
          LEFT JOIN ledger_account d ON d.id = p.debit_id
          LEFT JOIN ledger_account c ON c.id = p.credit_id
         WHERE p.amount <= 0 OR p.debit_id = p.credit_id
            OR d.unit_id IS DISTINCT FROM p.unit_id OR c.unit_id IS DISTINCT FROM p.unit_id""",
    "no entry stands before the first, where no seal reaches": """
        SELECT 'entry ' || id, 'number', 1, seq FROM ledger_entry WHERE seq < 1""",
    "an entry has postings, a posting has an entry": """
        SELECT 'entry ' || e.id, 'postings', 1, 0 FROM ledger_entry e
         WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.entry_id = e.id)
        UNION ALL
        SELECT 'posting ' || p.id, 'entry', 1, 0 FROM ledger_posting p
         WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = p.entry_id)""",
    "nothing is reversed beyond what it was": """
        WITH RECURSIVE line AS (
          SELECT account_id, heir_id FROM ledger_succession
          UNION ALL
          SELECT l.account_id, s.heir_id FROM line l JOIN ledger_succession s ON s.account_id = l.heir_id
        ), heirs AS (  -- the last of each line: whoever was merged on is nobody's heir
          SELECT account_id, heir_id FROM line
           WHERE NOT EXISTS (SELECT FROM ledger_succession s WHERE s.account_id = line.heir_id)
        ), mirrored AS (
          SELECT e.reverses_id, coalesce(d.heir_id, p.debit_id) AS debit_id, coalesce(c.heir_id, p.credit_id) AS credit_id,
                 p.unit_id, sum(p.amount) AS amount
            FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
            LEFT JOIN heirs d ON d.account_id = p.debit_id LEFT JOIN heirs c ON c.account_id = p.credit_id
           WHERE e.reverses_id IS NOT NULL GROUP BY 1, 2, 3, 4)
        SELECT 'posting ' || r.posting_id, 'reversed', r.amount, r.reversed
          FROM ledger_reversed r JOIN ledger_posting p ON p.id = r.posting_id
         WHERE r.reversed > p.amount OR r.amount <> p.amount
        UNION ALL
        SELECT 'entry ' || o.entry_id, 'reversed', o.counted, coalesce(m.amount, 0)
          FROM (SELECT p.entry_id, coalesce(d.heir_id, p.debit_id) AS debit_id,
                       coalesce(c.heir_id, p.credit_id) AS credit_id, sum(r.reversed) AS counted
                  FROM ledger_reversed r JOIN ledger_posting p ON p.id = r.posting_id
                  LEFT JOIN heirs d ON d.account_id = p.debit_id LEFT JOIN heirs c ON c.account_id = p.credit_id
                 GROUP BY 1, 2, 3) o
          LEFT JOIN mirrored m ON m.reverses_id = o.entry_id AND m.debit_id = o.credit_id AND m.credit_id = o.debit_id
         WHERE o.counted > coalesce(m.amount, 0)
        UNION ALL
        SELECT 'lot use ' || u.id, 'given back', u.amount, b.total
          FROM ledger_lotuse u JOIN (SELECT returns_id, sum(amount) AS total FROM ledger_lotuse
                                      WHERE returns_id IS NOT NULL GROUP BY 1) b ON b.returns_id = u.id
         WHERE b.total > u.amount""",
    "a closed account is empty": """
        SELECT 'account ' || id, 'closed', 0, balance FROM ledger_account WHERE status = 'closed' AND balance <> 0""",
    "what is owed is what the shop's accounts say": """
        SELECT 'unit ' || u.code, 'liabilities against counter-accounts', coalesce(h.total, 0), coalesce(g.total, 0)
          FROM ledger_unit u
          LEFT JOIN (SELECT unit_id, sum(CASE WHEN side = 'C' THEN balance ELSE -balance END) AS total
                       FROM ledger_account WHERE guarded GROUP BY 1) g ON g.unit_id = u.id
          LEFT JOIN (SELECT p.unit_id,
                            sum(CASE WHEN NOT d.guarded THEN p.amount ELSE 0 END)
                          - sum(CASE WHEN NOT c.guarded THEN p.amount ELSE 0 END) AS total
                       FROM ledger_posting p
                       JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
                      GROUP BY 1) h ON h.unit_id = u.id
         WHERE coalesce(h.total, 0) <> coalesce(g.total, 0)""",
    "the guards of the database are in place": """
        SELECT 'trigger ' || wanted.name, 'enabled always', 1, 0
          FROM unnest(%(triggers)s::text[]) AS wanted(name)
         WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgname = wanted.name AND t.tgenabled = 'A')
        UNION ALL
        SELECT 'constraint ' || wanted.name, 'validated', 1, 0
          FROM unnest(%(constraints)s::text[]) AS wanted(name)
         WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = wanted.name AND c.convalidated)""",
}

TRIGGERS: Final = [
    *(
        f"ledger_{table}_append_only"
        for table in ("entry", "posting", "lotuse", "seal", "proofrun", "succession")
    ),
    *(
        f"ledger_{table}_never_deleted"
        for table in ("lot", "account", "reversed", "unit")
    ),
    *(
        f"ledger_{table}_never_truncated"
        for table in (
            "entry",
            "posting",
            "lotuse",
            "seal",
            "proofrun",
            "lot",
            "account",
            "reversed",
            "unit",
            "succession",
        )
    ),
    "ledger_succession_of_the_closed",
    "ledger_account_identity",
    "ledger_lot_identity",
    "ledger_reversed_identity",
    "ledger_unit_identity",
    "ledger_posting_open_accounts",
    "ledger_account_facts",
    "ledger_entry_facts",
]

CONSTRAINTS: Final = [
    "ledger_amount_is_positive",
    "ledger_amount_is_bounded",
    "ledger_balance_never_negative",
    "ledger_balance_is_bounded",
    "ledger_posting_moves_value",
    "ledger_posting_debit_unit",
    "ledger_posting_credit_unit",
    "ledger_account_house_has_no_cache",
    "ledger_account_kind_is_known",
    "ledger_account_status_is_known",
    "ledger_account_closed_is_empty",
    "ledger_account_one_per_holder",
    "ledger_account_id_and_unit",
    "ledger_entry_key_key",
    "ledger_entry_seq_key",
    "ledger_entry_kind_is_known",
    "ledger_entry_names_its_actor",
    "ledger_entry_has_a_key",
    "ledger_entry_names_its_request",
    "ledger_lot_within_bounds",
    "ledger_lot_open_while_it_lasts",
    "ledger_reversed_never_beyond_the_posting",
    "ledger_seal_covers_entries",
    "ledger_seal_first_seq_key",
    "ledger_seal_last_seq_key",
    "ledger_seal_head_key",
    "ledger_unit_kind_is_known",
    "ledger_unit_exponent_is_small",
    "ledger_unit_code_key",
]

COUNTS: Final = """
SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM ledger_posting),
       (SELECT count(*) FROM ledger_account), (SELECT count(*) FROM ledger_lot),
       (SELECT count(*) FROM ledger_lotuse)
"""

SUMS: Final = """
SELECT u.code, a.kind, sum(a.balance)::bigint
  FROM ledger_account a JOIN ledger_unit u ON u.id = a.unit_id
 WHERE a.guarded GROUP BY 1, 2 ORDER BY 1, 2
"""
