-- The yardstick: one bare statement, a unique random code each, and nothing else.
INSERT INTO plain.coupons_coupon (
  version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses, uses_left,
  valid_from, valid_until)
SELECT %(version)s, %(issue)s, 1, m.id, m.id,
       upper(left(replace(gen_random_uuid()::text, '-', ''), 12)), '', 'issued', 1, 1,
       %(at)s, %(until)s
  FROM members_member m WHERE m.status = 'active' ORDER BY m.id
