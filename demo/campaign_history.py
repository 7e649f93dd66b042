"""What the demo's campaigns sent and gave in the half-year behind them."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Sum

from campaigns.costs import unit_cost
from campaigns.kinds import StepKind
from campaigns.models import Campaign, CampaignStep, Grant, Journey
from campaigns.reach import steps_of
from points import services as points_services
from recognition.models import Visit
from stores import services as stores_services

TOUCH: Final = timedelta(days=14)
MONTH: Final = timedelta(days=30)
# A letter to whoever has an address, else a text; of a hundred some are only taken by
# the provider, and of two nobody knows. What came back would pause a small campaign.
SEND: Final = """
WITH chosen AS (
  SELECT j.id AS journey_id, j.entered_at AS at, m.id AS member_id,
         CASE WHEN m.email <> '' THEN 'email' ELSE 'sms' END AS channel,
         coalesce(nullif(m.language, ''), 'zh-hans') AS language,
         format('demo:%%s:%%s:%%s', %(kind)s::text, m.id, j.period) AS key,
         campaigns_bucket('demo-fate' || m.phone, 0) %% 100 AS fate
    FROM campaigns_journey j JOIN members_member m ON m.id = j.member_id
   WHERE j.campaign_id = %(campaign)s AND j.arm IN ('a', 'b')
), written AS (
  INSERT INTO messaging_message (
    public_id, key, fingerprint, member_id, sealed_address, address_hint,
    address_digest, channel, version_id, purpose, language, values, sealed_values,
    priority, not_before, state, reason, attempts, sent_twice, provider,
    provider_reference, created_at, accepted_at, counted_on)
  SELECT md5(key)::uuid, key, encode(sha256(convert_to(key, 'UTF8')), 'hex'),
         member_id, '', '', '', channel, %(version)s, 'marketing', language, '{}', '',
         0, at, CASE WHEN fate < 92 THEN 'delivered' WHEN fate < 98 THEN 'accepted'
                     ELSE 'unknown' END,
         '', 1, false, 'demo', key, at, at, at::date
    FROM chosen ORDER BY journey_id
  RETURNING id, key
), told AS (
  INSERT INTO campaigns_journeymessage (journey_id, campaign_id, step_id, message_id)
  SELECT journey_id, %(campaign)s, %(step)s, written.id
    FROM chosen JOIN written USING (key) ORDER BY journey_id
)
INSERT INTO messaging_messageevent (message_id, kind, at, detail)
SELECT written.id, news.kind, chosen.at + news.after, ''
  FROM chosen JOIN written USING (key)
 CROSS JOIN LATERAL (VALUES
   ('accepted', interval '1 second', fate < 98),
   ('delivered', interval '1 minute', fate < 92),
   ('opened', interval '2 hours', fate < 41 AND channel = 'email'),
   ('clicked', interval '3 hours', fate < 9 AND channel = 'email'),
   ('unsubscribed', interval '4 hours', fate < 1)) news (kind, after, happened)
 WHERE news.happened ORDER BY chosen.journey_id, news.after
"""


def send(campaign: Campaign, *, version_id: int) -> None:
    """The campaign's message to everybody who came into it and was not held out."""
    step = CampaignStep.objects.get(campaign=campaign, kind=StepKind.MESSAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            SEND,
            {
                "campaign": campaign.pk,
                "kind": str(campaign.kind),
                "step": step.pk,
                "version": version_id,
            },
        )


def give(campaign: Campaign, *, until: datetime) -> None:
    """Its first gift, through the books; of a win-back to whoever stayed away."""
    steps = steps_of(campaign)
    step = next(step for step in steps if step.kind == StepKind.GIFT)
    waits = TOUCH if step.position > 2 else timedelta()
    journeys = Journey.objects.filter(
        campaign=campaign, arm__in=["a", "b"], entered_at__lt=until - waits
    )
    if waits:
        came = Visit.objects.filter(
            member=OuterRef("member"),
            voided_at=None,
            at__gt=OuterRef("entered_at"),
            at__lt=OuterRef("entered_at") + waits,
        )
        journeys = journeys.exclude(Exists(came))
    cost = unit_cost(step, at=until)
    by_week: dict[date, list[Journey]] = {}
    for journey in journeys.order_by("entered_at", "pk"):
        day = (journey.entered_at + waits).date()
        week = day - timedelta(days=day.weekday())
        by_week.setdefault(week, []).append(journey)
    for given in by_week.values():
        at = given[-1].entered_at + waits
        points_services.grant_points_to_many_step(
            keys={
                journey.member_id: (
                    f"demo:{campaign.kind}:{journey.member_id}:{journey.period}"
                )
                for journey in given
            },
            points=step.points,
            by=stores_services.act(task="demo", at=at),
            at=at,
            reference=f"campaign:{campaign.pk}",
        )
        Grant.objects.bulk_create(
            Grant(
                campaign=campaign,
                step=step,
                journey=journey,
                member_id=journey.member_id,
                period=journey.period,
                points=step.points,
                cost=cost,
                at=at,
            )
            for journey in given
        )


def foresee(campaign: Campaign, *, until: datetime) -> None:
    """As if its start had shown twice what it gave in the last month: the shop of
    half a year ago is not there to be counted, and a campaign that costs more than
    was shown pauses.
    """
    lately = Grant.objects.filter(campaign=campaign, at__gt=until - MONTH)
    cost = lately.aggregate(cost=Sum("cost", default=0))["cost"]
    Campaign.objects.filter(pk=campaign.pk).update(expected_cost=2 * cost)
