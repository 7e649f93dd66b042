-- A shop full of regulars, set-based: each with a wallet, points in two lots, two coupons, a
-- tier and a gift card. The n-th member's ids follow from n, and so do the codes of their
-- card: whoever asks at the counter needs no list of them. Foreign keys are not looked at
-- while this runs; the books are proved before anything is measured.
INSERT INTO members_member (
  public_id, name, phone, email, salutation, gender, language, birth_calendar, birth_leap, custom,
  status, joined_at, search_name, search_pinyin, search_initials, other_pinyin, other_initials)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Member ' || n, '+861' || lpad((3000000000 + n)::text, 10, '0'),
       '', '', '', '', '', false, '{}', 'active', %(opened)s, '', '', '', '', ''
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n ORDER BY n;

INSERT INTO tiers_standing (member_id, tier_id, source, since, kept_until, earned_tier_id, earned_until)
SELECT n, (%(tiers)s::bigint[])[n %% 4], 'earned', %(opened)s, %(expires)s, (%(tiers)s::bigint[])[n %% 4], %(expires)s
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n WHERE n %% 4 > 0 ORDER BY n;

INSERT INTO coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses, uses_left, valid_from, valid_until)
SELECT (%(versions)s::bigint[])[k], (%(issues)s::bigint[])[k], 1, n, n, coupons_code(uuid_send(gen_random_uuid())), '',
       'issued', 1, 1, %(opened)s, %(expires)s
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n, generate_series(1, 2) k ORDER BY n, k;

INSERT INTO ledger_account (kind, unit_id, guarded, side, holder_kind, holder_id, slot, status, balance)
SELECT a.kind, a.unit, true, a.side, a.holder, n, a.slot, 'open', a.balance
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n,
       (VALUES (1, 'principal', %(currency)s::smallint, 'C', 'member', '', 100000000),
               (2, 'bonus', %(currency)s::smallint, 'C', 'member', '', 20000000),
               (3, 'points', %(points)s::smallint, 'C', 'member', '', 2000),
               (4, 'points', %(points)s::smallint, 'C', 'member', 'pending', 0),
               (5, 'debt', %(points)s::smallint, 'D', 'member', '', 0),
               (6, 'growth', %(growth)s::smallint, 'C', 'member', '', 0),
               (7, 'gift_card', %(currency)s::smallint, 'C', 'gift_card', '', 100000)) a (place, kind, unit, side, holder, slot, balance)
 ORDER BY n, a.place;

INSERT INTO ledger_entry (kind, key, fingerprint, occurred_at, business_date, actor, request_id, memo)
SELECT 'opening', 'counter:' || n, sha256(int8send(n)), %(opened)s, %(day)s, 'system:bench', 'bench', ''
  FROM generate_series(%(since)s::bigint, %(until)s::bigint) n ORDER BY n;

INSERT INTO gift_cards_giftcard (status, amount, sold_at, expires_at, extensions, made_at, account_id, design_id, policy_id, store_id, sale_id)
SELECT 'active', a.balance, %(opened)s, %(expires)s, 0, %(opened)s, a.id, %(design)s, %(gift_policy)s, %(store)s, e.id
  FROM ledger_account a JOIN ledger_entry e ON e.key = 'counter:' || a.holder_id
 WHERE a.kind = 'gift_card' AND a.holder_id BETWEEN %(since)s AND %(until)s ORDER BY a.holder_id;

INSERT INTO gift_cards_giftcardcode (key_id, digest, pin_digest, last4, made_at, card_id)
SELECT %(key_id)s, c.digest, '', c.last4, %(opened)s, c.n FROM counter_code c ORDER BY c.n;

-- Points come in two lots, the rest in one each.
INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, credit_after)
SELECT e.id, CASE WHEN a.kind = 'points' THEN %(points_source)s ELSE %(opening)s END, a.id, a.unit_id,
       a.balance / parts.lots, a.balance / parts.lots * k
  FROM ledger_account a
  JOIN ledger_entry e ON e.key = 'counter:' || a.holder_id
 CROSS JOIN LATERAL (SELECT CASE WHEN a.kind = 'points' THEN 2 ELSE 1 END AS lots) parts
 CROSS JOIN LATERAL generate_series(1, parts.lots) k
 WHERE a.guarded AND a.balance > 0 AND a.holder_id BETWEEN %(since)s AND %(until)s
 ORDER BY e.seq, a.id, k;

INSERT INTO ledger_lot (account_id, posting_id, initial, remaining, is_open, expires_at)
SELECT p.credit_id, p.id, p.amount, p.amount, true,
       CASE a.kind WHEN 'points' THEN %(expires)s::timestamptz + make_interval(days => (p.credit_after / 1000)::int)
                   WHEN 'principal' THEN NULL ELSE %(expires)s::timestamptz END
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.credit_id
 WHERE a.holder_id BETWEEN %(since)s AND %(until)s
 ORDER BY p.id
