-- Everyone has gold, and its grace is over tonight.
INSERT INTO tiers_standing (member_id, tier_id, source, since, kept_until, earned_tier_id, earned_until, notice_at, grace_until)
SELECT m.id, %(gold)s, 'earned', %(at)s::timestamptz - interval '1 year', %(at)s::timestamptz - interval '30 days',
       %(gold)s, %(at)s::timestamptz - interval '30 days', %(at)s::timestamptz - interval '60 days', %(at)s
  FROM members_member m ORDER BY m.id
