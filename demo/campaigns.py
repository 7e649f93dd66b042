"""The demo's campaigns: three that have run for half a year, and a draft to start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import F, Min

from campaigns import services as campaigns_services
from campaigns.kinds import ENTRIES, StepKind
from campaigns.models import Campaign, CampaignStep, Journey
from ledger.services import Act
from members import services as members_services
from members.models import Member, Purpose
from messaging import services as messaging_services
from messaging.models import MessageTemplateVersion
from messaging.services import Words
from stores import services as stores_services

from . import campaign_history
from .offers import Offers
from .people import Person

HALF_A_YEAR: Final = timedelta(days=180)
MOST: Final = 600  # journeys of each campaign
LOOKED_AT: Final = 20_000  # members, in a large house, whose absences are looked for
BORN_TODAY: Final = 3
CHANNELS: Final = ("email", "sms")
# Subject and text in each language.
BIRTHDAY: Final = {
    "en": (
        "Happy birthday, {{ member }}",
        "{{ member }}, happy birthday! {{ coupon }} is on your card until {{ until }}.",
    ),
    "zh-hans": (
        "{{ member }}，生日快乐",
        "{{ member }}，生日快乐！{{ coupon }}已放入您的卡包，有效期至 {{ until }}。",
    ),
    "zh-hant": (
        "{{ member }}，生日快樂",
        "{{ member }}，生日快樂！{{ coupon }}已放入您的卡匣，有效至 {{ until }}。",
    ),
}
MISSED: Final = {
    "en": ("We have missed you", "{{ member }}, it has been a while. See you soon?"),
    "zh-hans": ("好久不见", "{{ member }}，好久不见，期待您再来坐坐。"),
    "zh-hant": ("好久不見", "{{ member }}，好久不見，期待您再來坐坐。"),
}
THANKS: Final = {
    "en": ("Thank you for being with us", "{{ member }}, thank you. Come by soon."),
    "zh-hans": ("感谢有您", "{{ member }}，感谢一路相伴，欢迎常来。"),
    "zh-hant": ("感謝有您", "{{ member }}，感謝一路相伴，歡迎常來。"),
}
# When an occasion came in the half-year: of joining, of its day, of a long absence.
JOINED: Final = """
SELECT m.id AS member_id, 'once' AS period, m.joined_at + interval '1 hour' AS at
  FROM members_member m WHERE m.joined_at >= %(since)s AND m.joined_at < %(late)s"""
YEARS: Final = """
SELECT m.id AS member_id, extract(year FROM day.at)::text AS period, day.at
  FROM members_member m
 CROSS JOIN LATERAL (SELECT m.joined_at + make_interval(years => n) AS at
                       FROM generate_series(1, 9) n) day
 WHERE day.at >= %(since)s AND day.at < %(late)s"""
ABSENT: Final = """
SELECT gone.member_id, 'away:' || gone.business_date AS period,
       gone.at + interval '60 days' AS at
  FROM (SELECT v.member_id, v.business_date, v.at,
               lead(v.business_date, 1, %(late)s::date) OVER (
                 PARTITION BY v.member_id ORDER BY v.business_date, v.id) AS next_on
          FROM recognition_visit v
         WHERE v.voided_at IS NULL AND v.member_id < %(beyond)s) gone
 WHERE gone.next_on > gone.business_date + 60
   AND gone.at + interval '60 days' BETWEEN %(since)s AND %(late)s"""
# Held out by the phone, not by the number: the same seed holds out the same people.
TELL: Final = """
INSERT INTO campaigns_journey (
  campaign_id, version, member_id, period, arm, entered_at, next_position, due_at,
  ended_at, outcome)
SELECT %(campaign)s, 1, found.member_id, found.period,
       CASE WHEN found.bucket < 1000 THEN 'holdout' ELSE 'a' END, found.at, NULL, NULL,
       found.at, CASE WHEN found.bucket < 1000 THEN 'held_out' ELSE 'done' END
  FROM (SELECT DISTINCT ON (came.member_id, came.period) came.*,
               campaigns_bucket(%(salt)s || m.phone, 0) AS bucket
          FROM ({came}) came
          JOIN members_member m ON m.id = came.member_id
           AND m.status = 'active' AND m.phone <> ''
         ORDER BY came.member_id, came.period, came.at
         LIMIT %(most)s) found
"""


@dataclass(frozen=True, slots=True)
class Campaigning:
    """What the shop does so that guests come again."""

    offers: Offers
    until: datetime

    def tell(self, guests: Sequence[tuple[Person, int]]) -> dict[str, int]:
        """Plan and start them, with those who were in them since; how many that is."""
        by = stores_services.act(task="demo", at=self.until)
        begun = self.until - HALF_A_YEAR
        birthday = self._words("happy_birthday", "生日祝福", BIRTHDAY, by)
        missed = self._words("missed_you", "好久不见", MISSED, by)
        thanks = self._words("thank_you", "感谢有您", THANKS, by)
        gift = self.offers.coupons["birthday-12"]
        self._birthdays_of_old()
        plans = [
            ("win_back", "沉睡会员唤醒", ABSENT, _win_back(missed), missed),
            ("welcome", "入会欢迎礼", JOINED, [_message(thanks), _points(20)], thanks),
            (
                "anniversary",
                "入会周年礼",
                YEARS,
                [_points(50), _message(thanks)],
                thanks,
            ),
        ]
        for kind, name, came, steps, words in plans:
            campaign = self._plan(kind, name, steps, by=by, at=begun)
            campaigns_services.start_campaign(
                campaign_id=campaign.pk, reason="demo", by=by, at=begun
            )
            self._history(campaign, came)
            campaign_history.send(campaign, version_id=words.pk)
            campaign_history.give(campaign, until=self.until)
            campaign_history.foresee(campaign, until=self.until)
        draft = [
            CampaignStep(kind=StepKind.GIFT, coupon_template=gift),
            _message(birthday),
        ]
        self._plan("birthday", "生日礼", draft, by=by, at=self.until)
        self._born_today([member_id for _person, member_id in guests[:BORN_TODAY]], by)
        return {
            "campaigns": Campaign.objects.count(),
            "journeys": Journey.objects.count(),
        }

    def _words(
        self,
        code: str,
        name: str,
        texts: dict[str, tuple[str, str]],
        by: Act,
    ) -> MessageTemplateVersion:
        values = {"coupon": "text", "until": "date"} if texts is BIRTHDAY else {}
        return messaging_services.publish_template(
            code=code,
            name=name,
            purpose=Purpose.MARKETING,
            values=values,
            words=[
                Words(
                    channel=channel,
                    language=language,
                    subject=subject if channel == "email" else "",
                    body=body,
                )
                for channel in CHANNELS
                for language, (subject, body) in texts.items()
            ],
            by=by,
            at=self.until - HALF_A_YEAR,
        )

    def _plan(
        self,
        kind: str,
        name: str,
        steps: Sequence[CampaignStep],
        *,
        by: Act,
        at: datetime,
    ) -> Campaign:
        return campaigns_services.save_campaign(
            campaign=Campaign(
                kind=kind, name=name, entry=ENTRIES[kind][0], salt=f"demo-{kind}"
            ),
            steps=steps,
            by=by,
            at=at,
        )

    def _history(self, campaign: Campaign, came: str) -> None:
        """Who came into it since; from now on it is looked for by the worker."""
        late = self.until - timedelta(days=1)
        facts: dict[str, Any] = {
            "campaign": campaign.pk,
            "salt": campaign.salt,
            "since": self.until - HALF_A_YEAR,
            "late": late,
            "most": MOST,
            "beyond": self._beyond(),
        }
        with connection.cursor() as cursor:
            cursor.execute(TELL.format(came=came), facts)
        Campaign.objects.filter(pk=campaign.pk).update(entered_at=late)

    def _beyond(self) -> int:
        """The number after those of the members who are looked at."""
        first: int = Member.objects.aggregate(first=Min("pk"))["first"]
        return first + LOOKED_AT

    def _birthdays_of_old(self) -> None:
        """Told when they joined: a birthday that is entered today has no gift yet."""
        Member.objects.filter(
            birthday_set_at__isnull=False, pk__lt=self._beyond()
        ).update(birthday_set_at=F("joined_at"))

    def _born_today(self, member_ids: Sequence[int], by: Act) -> None:
        """Guests whose birthday it is, and who like to be written to."""
        for nth, member_id in enumerate(member_ids, start=1):
            Member.objects.filter(pk=member_id).update(
                birth_calendar="solar",
                birth_year=None,
                birth_month=self.until.month,
                birth_day=self.until.day,
                birth_leap=False,
                birthday_set_at=self.until - HALF_A_YEAR,
                email=f"birthday{nth}@example.com",
            )
            members_services.give_consent(
                member_id=member_id,
                purpose=Purpose.MARKETING,
                channels=list(CHANNELS),
                by=by,
                at=self.until,
            )


def _win_back(missed: MessageTemplateVersion) -> list[CampaignStep]:
    """A reminder; a small gift; a larger one."""
    return [
        _message(missed),
        CampaignStep(kind=StepKind.WAIT_VISIT, days=14),
        _points(50),
        CampaignStep(kind=StepKind.WAIT_VISIT, days=14),
        _points(200),
    ]


def _message(version: MessageTemplateVersion) -> CampaignStep:
    return CampaignStep(
        kind=StepKind.MESSAGE, template=version.template, channels=list(CHANNELS)
    )


def _points(points: int) -> CampaignStep:
    return CampaignStep(kind=StepKind.GIFT, points=points)
