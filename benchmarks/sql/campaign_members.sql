-- Active members who agreed to letters, every tenth of them with a store of their own.
WITH made AS (
  INSERT INTO members_member (
    name, phone, email, salutation, gender, language, birth_calendar, birth_leap, custom,
    status, joined_at, home_store_id, search_name, search_pinyin, search_initials, other_pinyin, other_initials)
  SELECT 'Member ' || n, '+86139' || lpad(n::text, 8, '0'), 'm' || n || '@example.com', '', '',
         'zh-hans', '', false, '{}', 'active', '2026-01-01',
         CASE WHEN n %% 10 = 0 THEN %(small)s::bigint ELSE %(large)s::bigint END, '', '', '', '', ''
    FROM generate_series(1, %(members)s::int) n
  RETURNING id
)
INSERT INTO members_consent (member_id, purpose, channel, granted, text_id, source, at)
SELECT id, 'marketing', 'email', true, %(text)s, 'counter', '2026-01-01' FROM made;
