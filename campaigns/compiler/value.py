"""What somebody holds, topped up, was given and was told: as tests in SQL."""

from datetime import timedelta
from typing import Final

from campaigns import conditions as asked

from .statement import SegmentStatement, SqlTest

ACCOUNTS: Final = {"stored_value": ["principal", "bonus"]}
HELD: Final = """
(SELECT a.holder_id AS member_id, sum(a.balance) AS n FROM ledger_account a
  WHERE a.holder_kind = 'member' AND a.kind = ANY ({kinds}) AND a.balance > 0
  GROUP BY a.holder_id)"""
EXPIRING: Final = """
(SELECT a.holder_id AS member_id, sum(l.remaining) AS n
   FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id
  WHERE l.is_open AND l.expires_at > {at} AND l.expires_at <= {until}
    AND a.holder_kind = 'member' AND a.kind = {kind}
  GROUP BY a.holder_id)"""


def balance(leaf: asked.Balance | asked.Points, made: SegmentStatement) -> SqlTest:
    """As the books say it: what expired leaves within the minute."""
    kinds = ACCOUNTS.get(leaf.account, [leaf.account])
    held = made.join(HELD.format(kinds=made.value(kinds, "text[]")))
    return made.bounds(f"{held}.n", leaf, is_count=True)


def expiring(leaf: asked.ExpiringValue, made: SegmentStatement) -> SqlTest:
    return _expiring("points", leaf, made)


def bonus_expiring(leaf: asked.BonusExpiring, made: SegmentStatement) -> SqlTest:
    return _expiring("bonus", leaf, made)


def _expiring(
    kind: str, leaf: asked.ExpiringValue | asked.BonusExpiring, made: SegmentStatement
) -> SqlTest:
    until = made.at + timedelta(days=leaf.next_days)
    due = made.join(
        EXPIRING.format(
            at=made.value(made.at, "timestamptz"),
            until=made.value(until, "timestamptz"),
            kind=made.value(kind, "text"),
        )
    )
    return made.bounds(f"{due}.n", leaf, is_count=True)


def top_ups(leaf: asked.TopUps, made: SegmentStatement) -> SqlTest:
    lately = ""
    if leaf.last_days is not None:
        lately = f" AND t.at >= {made.since(leaf.last_days)}"
    counted = made.join(
        "(SELECT t.member_id, count(*) AS n FROM stored_value_topup t"
        f" WHERE t.member_id IS NOT NULL{lately} GROUP BY t.member_id)"
    )
    return made.bounds(f"{counted}.n", leaf, is_count=True)


def coupon(leaf: asked.HasCoupon, made: SegmentStatement) -> SqlTest:
    """A coupon given to a friend is the friend's."""
    at = made.value(made.at, "timestamptz")
    since = None if leaf.last_days is None else made.since(leaf.last_days)
    rows = "coupons_coupon c"
    tests = ["c.member_id = m.id"]
    if leaf.templates:
        rows += " JOIN coupons_templateversion w ON w.id = c.version_id"
        tests.append(f"w.template_id = ANY ({made.value(leaf.templates, 'bigint[]')})")
    if leaf.state == "usable":
        tests.append(f"c.status = 'issued' AND c.valid_from <= {at}")
        tests.append(f"c.valid_until > {at}")
    elif leaf.state == "expired":
        tests.append(f"c.status IN ('issued', 'offered') AND c.valid_until <= {at}")
        tests += [f"c.valid_until >= {since}"] if since else []
    elif leaf.state == "received":
        rows += " JOIN coupons_couponissue i ON i.id = c.issue_id"
        tests += [f"i.at >= {since}"] if since else []
    else:
        rows += " JOIN coupons_couponuse u ON u.coupon_id = c.id"
        tests.append("u.act = 'redeemed' AND NOT EXISTS (SELECT FROM coupons_couponuse")
        tests[-1] += " x WHERE x.undoes_id = u.id)"
        tests += [f"u.at >= {since}"] if since else []
    return SqlTest(
        f"EXISTS (SELECT FROM {rows} WHERE {' AND '.join(tests)})", is_total=True
    )


def messages(leaf: asked.Messages, made: SegmentStatement) -> SqlTest:
    """What a provider took, whatever became of it: it was sent."""
    tests = ["g.member_id IS NOT NULL AND g.accepted_at IS NOT NULL"]
    if leaf.purposes:
        tests.append(f"g.purpose = ANY ({made.value(leaf.purposes, 'text[]')})")
    if leaf.ways:
        tests.append(f"g.channel = ANY ({made.value(leaf.ways, 'text[]')})")
    if leaf.last_days is not None:
        tests.append(f"g.accepted_at >= {made.since(leaf.last_days)}")
    sent = made.join(
        "(SELECT g.member_id, count(*) AS n FROM messaging_message g"
        f" WHERE {' AND '.join(tests)} GROUP BY g.member_id)"
    )
    return made.bounds(f"{sent}.n", leaf, is_count=True)
