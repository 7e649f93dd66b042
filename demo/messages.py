"""What the demo's shop wrote to its guests over the last months."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from ledger.services import Act
from members.models import Purpose
from messaging import services as messaging_services
from messaging.channels import SendResult, SendStatus
from messaging.models import MessageChannel, MessagingPolicy, Suppression
from messaging.services import OutgoingMessage, Words
from messaging.values import Value
from policies import services as policies_services
from stores import services as stores_services

from .people import Person

type Texts = dict[str, tuple[str, str]]
type Values = dict[str, Value]

WELCOME: Final[Texts] = {
    "en": (
        "Welcome to {{ brand }}",
        "Hello {{ member }}, your card is ready. Show it with your phone number.",
    ),
    "zh-hans": (
        "欢迎加入{{ brand }}",
        "{{ member }}，您好！会员卡已开通，到店报手机号即可使用。",
    ),
    "zh-hant": (
        "歡迎加入{{ brand }}",
        "{{ member }}，您好！會員卡已開通，到店報手機號碼即可使用。",
    ),
}
SEASON: Final[Texts] = {
    "en": (
        "New on the menu: {{ dish }}",
        "{{ member }}, {{ dish }} is here again, until {{ until }}.",
    ),
    "zh-hans": (
        "当季上新：{{ dish }}",
        "{{ member }}，{{ dish }}又回来了，供应至 {{ until }}。",
    ),
    "zh-hant": (
        "當季新品：{{ dish }}",
        "{{ member }}，{{ dish }}又回來了，供應至 {{ until }}。",
    ),
}
DISHES: Final = ("清明青团", "六月黄", "桂花糖芋苗", "腌笃鲜")
CHANNELS: Final = (MessageChannel.INBOX, MessageChannel.EMAIL, MessageChannel.SMS)
WRITTEN_TO: Final = 30
# Of a hundred messages: so many came, came back, were refused, or are not known of.
FATES: Final = (
    (78, SendStatus.DELIVERED),
    (12, SendStatus.ACCEPTED),
    (4, SendStatus.BOUNCED),
    (3, SendStatus.REFUSED),
    (3, SendStatus.UNKNOWN),
)


@dataclass(frozen=True, slots=True)
class Writing:
    """The shop's letters of the last months."""

    dice: random.Random
    until: datetime

    def write(self, guests: Sequence[tuple[Person, int]]) -> dict[str, int]:
        """Publish the words, then write to guests day by day; how many messages."""
        by = stores_services.act(task="demo", at=self.until)
        begins = self.until - timedelta(days=180)
        _set_hours(by, begins - timedelta(days=5))
        self._publish("welcome", "入会欢迎", Purpose.TRANSACTIONAL, {}, WELCOME, by)
        values = {"dish": "text", "until": "date"}
        self._publish("season", "当季上新", Purpose.MARKETING, values, SEASON, by)
        days = sorted(self.dice.randrange(2, 175) for _ in guests[:WRITTEN_TO])
        for day, (_person, member_id) in zip(days, guests, strict=False):
            at = (begins + timedelta(days=day)).replace(hour=4, minute=day % 60)
            channel = self.dice.choice(CHANNELS)
            self._send("welcome", member_id, channel, at, {})
            dish = DISHES[day * len(DISHES) // 180]
            ends = (at + timedelta(days=30)).date()
            self._send("season", member_id, channel, at, {"dish": dish, "until": ends})
        messaging_services.suppress_address(
            channel=MessageChannel.EMAIL,
            address="former-guest@example.com",
            is_total=False,
            note="顾客来电要求不再收到邮件",
            by=by,
            at=self.until - timedelta(days=20),
        )
        return {
            "messages": 2 * len(days),
            "suppressed addresses": Suppression.objects.count(),
        }

    def _publish(
        self,
        code: str,
        name: str,
        purpose: str,
        values: dict[str, str],
        texts: Texts,
        by: Act,
    ) -> None:
        messaging_services.publish_template(
            code=code,
            name=name,
            purpose=purpose,
            values=values,
            words=[
                Words(
                    channel=channel,
                    language=language,
                    subject=subject if channel == MessageChannel.EMAIL else "",
                    body=body,
                )
                for channel in CHANNELS
                for language, (subject, body) in texts.items()
            ],
            by=by,
            at=self.until - timedelta(days=185),
        )

    def _send(
        self, template: str, member_id: int, channel: str, at: datetime, values: Values
    ) -> None:
        """As the worker would, but nothing leaves: what came of it is invented."""
        messaging_services.send_message(
            message=OutgoingMessage(
                key=f"demo:{template}:{member_id}",
                template=template,
                channel=channel,
                member_id=member_id,
                values=values,
                expires_at=at + timedelta(days=2),
            ),
            at=at,
        )
        # What is held through the quiet hours leaves, or is dropped, a day later.
        for later in (at, at + timedelta(days=1), at + timedelta(days=2)):
            taken, _looked_at = messaging_services.take_up(
                channel=channel, at=later, most=10
            )
            for one in taken:
                fate = self._fate(template, channel)
                messaging_services.settle(
                    message_id=one.message_id,
                    attempt=one.attempt,
                    outcome=SendResult(fate, reference=f"demo-{one.message_id}"),
                    at=later,
                )

    def _fate(self, template: str, channel: str) -> SendStatus:
        """What nobody knows is an offer: a welcome would be sent a second time."""
        if channel == MessageChannel.INBOX:
            return SendStatus.DELIVERED
        drawn, so_far = self.dice.randrange(100), 0
        for share, fate in FATES:
            so_far += share
            if drawn < so_far and (fate != SendStatus.UNKNOWN or template == "season"):
                return fate
        return SendStatus.ACCEPTED


def _set_hours(by: Act, at: datetime) -> None:
    """No quiet hours, so that at any hour one sees what leaves; a letter and a text."""
    noon = time(12, 0)
    policies_services.publish(
        version=MessagingPolicy(
            in_force_from=at,
            reason="演示店不设免打扰时段",
            quiet_from=noon,
            quiet_until=noon,
            most_a_day=4,
            most_a_week=8,
            most_a_month=16,
        ),
        by=by,
        at=at,
    )
