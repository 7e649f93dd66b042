-- The yardstick: a coupon and a letter for everybody who agreed, as somebody would write it
-- once for one mailing. The same tables with all their keys, checks and triggers, the same
-- rows, each written once and as it stands in the end.
WITH issued AS (
  INSERT INTO coupons_couponissue (
    key, fingerprint, version_id, source, quantity, at, business_date, actor, reason, reached, issued,
    passed_over, done_at, paid)
  VALUES ('plain:' || %(campaign)s, '\x00'::bytea, %(version)s, 'campaign', 1, %(at)s, %(at)s::date, 'system:bench',
          '', 0, %(members)s, 0, %(at)s, 0)
  RETURNING id
), entered AS (
  INSERT INTO campaigns_journey (campaign_id, version, member_id, period, arm, entered_at, ended_at, outcome)
  SELECT %(campaign)s, 1, m.id, 'once', 'a', %(at)s, %(at)s, 'done'
    FROM members_member m
   WHERE m.status = 'active'
     AND EXISTS (SELECT FROM members_consentnow c
                  WHERE c.member_id = m.id AND c.granted AND c.purpose = 'marketing' AND c.channel = 'email')
   ORDER BY m.id
  RETURNING id, member_id
), given AS (
  INSERT INTO coupons_coupon (
    version_id, issue_id, nth, member_id, issued_to_id, code, last4, status, uses, uses_left, valid_from,
    valid_until, source_ref)
  SELECT %(version)s, issued.id, 1, entered.member_id, entered.member_id,
         upper(left(replace(gen_random_uuid()::text, '-', ''), 12)), '', 'issued', 1, 1, %(at)s, %(until)s,
         'plain:' || entered.id
    FROM entered, issued
  RETURNING id, member_id
), granted AS (
  INSERT INTO campaigns_grant (campaign_id, step_id, journey_id, member_id, period, coupon_id, points, cost, at)
  SELECT %(campaign)s, %(gift)s, entered.id, entered.member_id, 'once', given.id, 0, 1000, %(at)s
    FROM entered JOIN given USING (member_id)
), written AS (
  INSERT INTO messaging_message (
    key, fingerprint, member_id, sealed_address, address_hint, address_digest, store_id, channel, version_id,
    purpose, language, values, sealed_values, priority, not_before, expires_at, state, reason, due_at, attempts,
    sent_twice, provider, provider_reference, created_at)
  SELECT 'plain:' || entered.id, encode(sha256(entered.id::text::bytea), 'hex'), m.id, '', '', '', m.home_store_id,
         'email', %(words)s, 'marketing', m.language, %(values)s::jsonb, '', 0, %(at)s,
         %(at)s::timestamptz + interval '7 days', 'waiting', '', %(at)s, 0, false, '', '', %(at)s
    FROM entered JOIN members_member m ON m.id = entered.member_id
  RETURNING id, member_id
)
INSERT INTO campaigns_journeymessage (journey_id, campaign_id, step_id, message_id)
SELECT entered.id, %(campaign)s, %(letter)s, written.id
  FROM entered JOIN written USING (member_id)
