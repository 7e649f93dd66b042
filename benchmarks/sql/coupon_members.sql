-- Active members to give coupons to; what else a member has plays no part.
INSERT INTO members_member (
  name, phone, email, salutation, gender, language, birth_calendar, birth_leap, custom,
  status, joined_at, search_name, search_pinyin, search_initials, other_pinyin, other_initials)
SELECT 'Member ' || n, '+86139' || lpad(n::text, 8, '0'), '', '', '', '', '', false, '{}',
       'active', '2026-01-01', '', '', '', '', ''
  FROM generate_series(1, %(members)s::int) n;
