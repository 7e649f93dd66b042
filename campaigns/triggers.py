"""What happened to somebody, or is about to: members and period of each, as SQL.

As in `occasions`: rows `(member_id, period)`, one for each member. Whoever misses the
fact that is asked for is in none of them.
"""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings

from .days import NOBODY, Days, Sql, in_order, today, window
from .models import Campaign

AHEAD_DAYS: Final = 14  # so far ahead it is looked for what expires
TOP_UPS_WITHIN: Final = timedelta(days=365)
SETTLED_AFTER: Final = timedelta(days=1)  # so long after a top-up it is not low

# Points and bonus lie in lots; a gift card is its owner's, and has its lots too.
EXPIRING: Final = """
SELECT due.member_id, %(week)s::text AS period FROM (
  SELECT c.member_id FROM coupons_coupon c
   WHERE c.status = 'issued' AND c.valid_from <= %(at)s AND c.valid_until > %(at)s
     AND c.valid_until <= %(until)s AND c.member_id IS NOT NULL
   UNION
  SELECT a.holder_id FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id
   WHERE l.is_open AND l.expires_at > %(at)s AND l.expires_at <= %(until)s
     AND a.holder_kind = 'member' AND a.kind IN ('points', 'bonus', 'principal')
     AND a.slot = '' AND a.status = 'open'
   UNION
  SELECT g.owner_id FROM ledger_lot l
    JOIN gift_cards_giftcard g ON g.account_id = l.account_id
   WHERE l.is_open AND l.expires_at > %(at)s AND l.expires_at <= %(until)s
     AND g.status = 'active' AND g.owner_id IS NOT NULL
) due"""
# Once for each top-up: what was topped up within a year, and is nearly spent.
BALANCE_LOW: Final = """
SELECT t.member_id, 'topup:' || t.last AS period
  FROM (SELECT paid.member_id, max(paid.id) AS last, max(paid.at) AS at
          FROM stored_value_topup paid
         WHERE paid.member_id IS NOT NULL AND paid.at > %(since)s AND paid.at <= %(at)s
         GROUP BY paid.member_id) t
 CROSS JOIN LATERAL (
   SELECT sum(a.balance) AS n FROM ledger_account a
    WHERE a.holder_kind = 'member' AND a.holder_id = t.member_id
      AND a.kind IN ('principal', 'bonus')) held
 WHERE held.n < %(below)s AND t.at <= %(settled)s
   AND NOT EXISTS (SELECT FROM stored_value_topuprefund r WHERE r.top_up_id = t.last)"""
FIRST_TOP_UP: Final = """
SELECT DISTINCT t.member_id, 'once' AS period FROM stored_value_topup t
 WHERE t.at >= %(since)s AND t.at <= %(at)s AND t.member_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM stored_value_topup earlier
                    WHERE earlier.member_id = t.member_id
                      AND (earlier.at, earlier.id) < (t.at, t.id))
   AND NOT EXISTS (SELECT FROM stored_value_topuprefund r WHERE r.top_up_id = t.id)"""
# Once for a tier and year, as with the gift that the tier itself gives; the tier that
# everybody has is no news, and who left it again is not told.
TIER_REACHED: Final = """
SELECT DISTINCT ON (s.member_id) s.member_id,
       'tier:' || s.became_id || ':' || extract(year FROM s.at AT TIME ZONE %(zone)s)
         AS period
  FROM tiers_standingchange s
  JOIN tiers_standing now ON now.member_id = s.member_id AND now.tier_id = s.became_id
  JOIN tiers_tier up ON up.id = s.became_id
  LEFT JOIN tiers_tier was ON was.id = s.was_id
 WHERE s.at >= %(since)s AND s.at <= %(at)s AND s.cause IN ('raised', 'bought', 'given')
   AND up.rank > coalesce(was.rank, -1) AND up.threshold IS DISTINCT FROM 0
 ORDER BY s.member_id, up.rank DESC, s.at DESC"""
TIER_AT_RISK: Final = """
SELECT DISTINCT s.member_id,
       'risk:' || to_char(now.notice_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD') AS period
  FROM tiers_standingchange s
  JOIN tiers_standing now ON now.member_id = s.member_id AND now.notice_at IS NOT NULL
 WHERE s.at >= %(since)s AND s.at <= %(at)s AND s.cause = 'noticed'
   AND now.tier_id IS NOT NULL AND now.notice_at <= %(at)s"""
# By store, so that the index of its days answers. Who said something is not asked.
AFTER_VISIT: Final = """
SELECT v.member_id, 'visit:' || max(v.business_date) AS period
  FROM stores_store s JOIN recognition_visit v ON v.store_id = s.id
 WHERE v.business_date = ANY (%(days)s::date[]) AND v.voided_at IS NULL
   AND NOT EXISTS (SELECT FROM recognition_feedback f
                    WHERE f.member_id = v.member_id AND f.at >= v.at)
 GROUP BY v.member_id"""
# Once for each card: how many were filled before says which it is.
STAMP_CARD: Final = """
SELECT DISTINCT ON (card.member_id) card.member_id,
       'card:' || p.id || ':' || filled.cards AS period
  FROM (SELECT DISTINCT g.member_id, g.programme_id FROM points_stampgrant g
         WHERE g.at >= %(since)s AND g.at <= %(at)s AND g.stamps > g.taken_back) card
  JOIN points_stampprogramme p ON p.id = card.programme_id AND p.is_active
   AND (p.ends_at IS NULL OR p.ends_at > %(at)s)
  JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = card.member_id
   AND a.kind = 'stamps' AND a.slot = p.code
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(g.cards), 0) AS cards FROM points_stampgrant g
    WHERE g.member_id = card.member_id AND g.programme_id = p.id) filled
 WHERE a.balance > 0 AND a.balance < p.stamps
   AND a.balance >= p.stamps - %(missing)s::int
 ORDER BY card.member_id, p.stamps - a.balance, p.id"""
CURED: Final = """
SELECT f.member_id, 'cure:' || max(f.id) AS period FROM recognition_feedback f
 WHERE f.state = 'cured' AND f.cured_at >= %(since)s AND f.cured_at <= %(at)s
 GROUP BY f.member_id"""


def expiring(campaign: Campaign, when: Days) -> Sql:
    """Something of theirs ends soon; once a week, whatever that is."""
    year, week, _weekday = today(when.at).isocalendar()
    facts = expiry_window(campaign, when) | {"week": f"{year}-W{week:02}"}
    return in_order(EXPIRING, facts)


def expiry_window(campaign: Campaign, when: Days) -> dict[str, Any]:
    """Until when it is looked for what expires."""
    ahead = timedelta(days=campaign.days_before or AHEAD_DAYS)
    return {"at": when.at, "until": when.at + ahead}


def balance_low(campaign: Campaign, when: Days) -> Sql:
    """Their stored value is nearly spent."""
    if campaign.balance_below is None:
        return NOBODY
    facts = {
        "at": when.at,
        "since": when.at - TOP_UPS_WITHIN,
        "settled": when.at - SETTLED_AFTER,
        "below": campaign.balance_below,
    }
    return in_order(BALANCE_LOW, facts)


def first_top_up(campaign: Campaign, when: Days) -> Sql:
    """They topped up, for the first time."""
    return in_order(FIRST_TOP_UP, window(when))


def tier_reached(campaign: Campaign, when: Days) -> Sql:
    """They stepped up."""
    return in_order(TIER_REACHED, _in_zone(when))


def tier_at_risk(campaign: Campaign, when: Days) -> Sql:
    """The review found that they will lose their tier."""
    return in_order(TIER_AT_RISK, _in_zone(when))


def after_visit(campaign: Campaign, when: Days) -> Sql:
    """They came, so many days ago."""
    ago = timedelta(days=campaign.days_before or 1)
    return in_order(AFTER_VISIT, {"days": [day - ago for day in when.days]})


def stamp_card(campaign: Campaign, when: Days) -> Sql:
    """A stamp brought them close to a full card."""
    facts = window(when) | {"missing": campaign.stamps_missing}
    return in_order(STAMP_CARD, facts)


def cured(campaign: Campaign, when: Days) -> Sql:
    """Their complaint was resolved."""
    return in_order(CURED, window(when))


def _in_zone(when: Days) -> dict[str, Any]:
    return window(when) | {"zone": settings.TIME_ZONE}
