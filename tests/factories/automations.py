"""Campaigns for tests: saved and started as the office does it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from campaigns import services as campaigns_services
from campaigns.kinds import ENTRIES, StepKind
from campaigns.models import Campaign, CampaignStep, Grant, Journey
from coupons.models import CouponTemplate
from members.models import Consent, ConsentText, Member
from messaging.models import MessageTemplateVersion
from stores import services as stores_services
from tests.factories.messaging import a_member, template
from tests.factories.stores import NOON

BY = {"task": "test", "at": NOON}


def by_test() -> Any:
    return stores_services.act(task="test", at=NOON)


def words(
    *channels: str, purpose: str = "marketing", **values: str
) -> MessageTemplateVersion:
    """A message template of a campaign."""
    asked = "".join(f" {{{{ {name} }}}}" for name in values)
    return template(
        *(channels or ("email", "sms")),
        purpose=purpose,
        values=values,
        body=f"Hello {{{{ member }}}}:{asked}",
    )


def message(
    version: MessageTemplateVersion, *channels: str, **facts: Any
) -> CampaignStep:
    return CampaignStep(
        kind=StepKind.MESSAGE,
        template=version.template,
        channels=list(channels or ("email",)),
        **facts,
    )


def coupon(template: CouponTemplate, **facts: Any) -> CampaignStep:
    return CampaignStep(kind=StepKind.GIFT, coupon_template=template, **facts)


def points(count: int, **facts: Any) -> CampaignStep:
    return CampaignStep(kind=StepKind.GIFT, points=count, **facts)


def wait(days: int, *, visit: bool = False, **facts: Any) -> CampaignStep:
    kind = StepKind.WAIT_VISIT if visit else StepKind.WAIT
    return CampaignStep(kind=kind, days=days, **facts)


def a_campaign(
    *steps: CampaignStep, kind: str = "one_off", at: datetime = NOON, **facts: Any
) -> Campaign:
    """A draft without anybody held out, unless that is asked for."""
    count = Campaign.objects.count() + 1
    campaign = Campaign(
        **{
            "kind": kind,
            "name": f"Campaign {count}",
            "entry": ENTRIES[kind][0],
            "holdout_bp": 0,
            "global_holdout": False,
            **facts,
        }
    )
    return campaigns_services.save_campaign(
        campaign=campaign, steps=steps, by=by_test(), at=at
    )


def running(
    *steps: CampaignStep, kind: str = "one_off", at: datetime = NOON, **facts: Any
) -> Campaign:
    """One that was started."""
    campaign = a_campaign(*steps, kind=kind, at=at, **facts)
    return started(campaign, at=at)


def started(campaign: Campaign, *, at: datetime = NOON) -> Campaign:
    return campaigns_services.start_campaign(
        campaign_id=campaign.pk,
        reason="test",
        by=by_test(),
        at=at,
        means_everybody=True,
    )


def consents(*members: Member, channels: Sequence[str] = ("email", "sms")) -> None:
    """They agreed to offers and news."""
    text = ConsentText.objects.filter(purpose="marketing").first()
    Consent.objects.bulk_create(
        Consent(
            member=member,
            purpose="marketing",
            channel=channel,
            granted=True,
            text=text,
            source="counter",
            at=NOON,
        )
        for member in members
        for channel in channels
    )


def guests(count: int, *, agree: bool = True, **facts: Any) -> list[Member]:
    """Members who can be written to."""
    made = [a_member(**facts) for _nth in range(count)]
    if agree:
        consents(*made)
    return made


def play(
    campaign: Campaign, *, at: datetime = NOON, days: int = 0, **options: Any
) -> int:
    """What the tasks do with a campaign at a moment; how many journeys went on."""
    at = at + timedelta(days=days)
    campaigns_services.enter_due(campaign_id=campaign.pk, at=at)
    done = campaigns_services.advance_due(campaign_id=campaign.pk, at=at, **options)
    campaigns_services.watch(campaign_id=campaign.pk, at=at)
    campaign.refresh_from_db()
    return done


def journey_of(member: Member) -> Journey:
    """Somebody who came into a campaign of their own, and got something."""
    campaign = a_campaign(points(5))
    journey = Journey.objects.create(
        campaign=campaign,
        version=1,
        member=member,
        period="once",
        arm="a",
        entered_at=NOON,
        next_position=1,
        due_at=NOON,
    )
    Grant.objects.create(
        campaign=campaign,
        step=campaign.steps.get(),
        journey=journey,
        member=member,
        period="once",
        points=5,
        cost=5,
        at=NOON,
    )
    return journey
