"""What makes a shop more than its figures: likings, notes, complaints, gifts."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from cards import services as cards_services
from coupons import services as coupons_services
from coupons.models import Coupon
from coupons.services import Redemption
from gift_cards import services as gift_cards_services
from gift_cards.services import Payment
from ledger.services import Act
from members import services as members_services
from members.models import Consent, Member
from recognition import services as recognition_services
from recognition.models import Visit
from stores import services as stores_services
from stores.models import Store, User

from .house import TENDERS
from .offers import Offers
from .people import Person

LIKES = ("靠窗的位子", "少油少盐", "先上汤", "龙井要浓一点", "坐在老位子", "米饭要软")
DISLIKES = ("香菜", "太甜", "包间太冷", "上菜太快")
ALLERGIES = ("花生", "虾蟹", "牛奶", "麸质")
SEATS = ("12 号桌", "二楼包间", "靠花园一侧", "吧台")
NOTES = (
    "带客户来时请安排安静的包间。",
    "孩子快上小学，喜欢杏仁豆腐。",
    "先生做外贸，常在月底宴请。",
    "喜欢自己倒茶，不用一直招呼。",
    "上次说醉鸡偏咸，下次主动问一句。",
    "老太太牙口不好，菜切小一点。",
)
PRAISE = ("很满意，小笼包皮薄汁多。", "服务周到，还记得我们的位子。", "味道一如既往。")
COMPLAINTS = (
    ("等位等了四十分钟，说好二十分钟的。", "当面道歉，赠送冷菜一份，改进排号预估。"),
    ("腌笃鲜上来是温的。", "立即更换，免去该菜费用，厨房加保温台。"),
    ("账单多算了一份豆苗。", "核对后退款，对收银员复训。"),
    ("包间空调太冷，说了两次才调。", "致电道歉，赠下次甜品，客户备注已更新。"),
)
ASKED = "我同意收到本店的优惠和活动消息，可随时退订。"
KNOWN_WELL = 60


class Story:
    """The known guests and what is told about them, through the everyday commands."""

    def __init__(
        self,
        *,
        guests: Sequence[tuple[Person, int]],
        stores: Sequence[Store],
        offers: Offers,
        dice: random.Random,
        until: datetime,
    ) -> None:
        self.guests = list(guests)
        self.stores = stores
        self.offers = offers
        self.dice = dice
        self.until = until
        self.by = stores_services.act(task="demo", at=until)
        self.told: dict[str, int] = {}

    def tell(self) -> dict[str, int]:
        """All of it; how much of each."""
        close = sorted(self.guests, key=lambda guest: guest[0].gap)[:KNOWN_WELL]
        for person, member_id in close:
            self._likings(person, member_id)
        for _person, member_id in close[::2]:
            self._feedback(member_id)
        self._keepers(close[:8])
        self._cards(close[:40])
        self._consents()
        self._coupons()
        self._gift_cards()
        return self.told

    def _count(self, word: str, times: int = 1) -> None:
        self.told[word] = self.told.get(word, 0) + times

    def _ago(self, most_days: int) -> datetime:
        return self.until - timedelta(minutes=self.dice.randrange(60, most_days * 1440))

    def _staff(self, word: str, store: Store, at: datetime) -> Act:
        user = User.objects.get(username=f"{word}-{store.code.lower()}")
        return stores_services.act(staff=user, store=store, at=at)

    def _likings(self, person: Person, member_id: int) -> None:
        at = max(self._ago(200), person.member.joined_at)
        by, dice = self._staff("cashier", person.home, at), self.dice
        for kind, words, share in (
            ("like", LIKES, 0.6),
            ("dislike", DISLIKES, 0.3),
            ("allergy", ALLERGIES, 0.2),
            ("seat", SEATS, 0.35),
        ):
            if dice.random() < share:
                recognition_services.add_preference(
                    member_id=member_id,
                    kind=kind,
                    words=dice.choice(words),
                    by=by,
                    at=at,
                )
                self._count("preferences")
        if dice.random() < 0.45:
            recognition_services.write_note(
                member_id=member_id, words=dice.choice(NOTES), by=by, at=at
            )
            self._count("notes")
        if dice.random() < 0.25:
            day = (self.until + timedelta(days=dice.randrange(0, 60))).date()
            recognition_services.add_occasion(
                member_id=member_id,
                kind=dice.choice(("wedding", "family", "business")),
                month=day.month,
                day=min(day.day, 28),
                by=by,
                at=at,
            )
            self._count("occasions")

    def _feedback(self, member_id: int) -> None:
        dice, visit = self.dice, _last_visit(member_id)
        if visit is None:
            return
        at = min(visit.at + timedelta(hours=3), self.until)
        by = self._staff("lead", visit.store, at)
        is_praise = dice.random() < 0.7
        words, cure = dice.choice(COMPLAINTS)
        said = recognition_services.record_feedback(
            member_id=member_id,
            store_id=visit.store_id,
            visit_id=visit.pk,
            channel=dice.choice(("counter", "survey", "phone", "online")),
            score=dice.choice((8, 9, 9, 10)) if is_praise else dice.randint(1, 5),
            words=dice.choice(PRAISE) if is_praise else words,
            is_complaint=not is_praise,
            by=by,
            at=at,
        )
        self._count("feedback")
        if is_praise or dice.random() < 0.25:
            return
        owner = User.objects.get(username=f"manager-{visit.store.code.lower()}")
        recognition_services.assign_complaint(
            feedback_id=said.pk, owner=owner, by=by, at=at + timedelta(minutes=20)
        )
        if dice.random() < 0.7:
            recognition_services.cure_complaint(
                feedback_id=said.pk, cure=cure, by=by, at=at + timedelta(hours=20)
            )
            self._count("complaints cured")

    def _keepers(self, guests: Sequence[tuple[Person, int]]) -> None:
        for person, member_id in guests:
            manager = User.objects.get(username=f"manager-{person.home.code.lower()}")
            members_services.assign_keeper(
                member_id=member_id, keeper_id=manager.pk, by=self.by, at=self.until
            )

    def _cards(self, guests: Sequence[tuple[Person, int]]) -> None:
        for person, member_id in guests:
            at = person.member.joined_at
            cards_services.issue(
                kind_id=self.offers.card_kind.pk,
                member_id=member_id,
                by=self._staff("cashier", person.home, at),
                at=at,
                key=f"demo:card:{person.number}",
            )
            self._count("cards")

    def _consents(self) -> None:
        text = members_services.publish_consent_text(
            purpose="marketing",
            text=ASKED,
            by=self.by,
            at=self.until - timedelta(days=3 * 366),
        )
        agreed = [
            Consent(
                member_id=member_id,
                purpose="marketing",
                channel=self.dice.choice(("inbox", "sms")),
                granted=True,
                text=text,
                at=person.member.joined_at,
            )
            for person, member_id in self.guests
            if self.dice.random() < 0.6
        ]
        self._count(
            "consents",
            members_services.load_consents(rows=agreed, by=self.by, at=self.until),
        )

    def _coupons(self) -> None:
        """A feast long past, its coupons expired; a welcome that is being used."""
        feast, welcome = (
            self.offers.coupons[code] for code in ("mid-autumn", "welcome-20")
        )
        first = Member.objects.filter(home_store=self.stores[0], status="active")
        for template, audience, days_ago, at_most in (
            (feast, first, 60, 12),
            (welcome, None, 12, 24),
        ):
            at = self.until - timedelta(days=days_ago)
            given = coupons_services.issue_to_members(
                template_id=template.pk,
                audience=audience,
                by=self.by,
                at=at,
                key=f"demo:{template.code}",
                reason=template.name_zh_hans,
            )
            self._count("coupons", given.issued)
            self._use(template.pk, at + timedelta(days=3), template.amount, at_most)

    def _use(self, template_id: int, at: datetime, saving: int, count: int) -> None:
        close = [member_id for _person, member_id in self.guests[: 3 * count : 3]]
        coupons = Coupon.objects.filter(
            version__template=template_id, member__in=close
        ).order_by("member_id", "pk")
        for place, coupon in enumerate(coupons):
            store = self.stores[place % len(self.stores)]
            coupons_services.redeem_step(
                redemptions=[Redemption(coupon.pk, saving)],
                member_id=coupon.member_id,
                reference=f"{store.code}-{template_id}{place:03}",
                by=self._staff("cashier", store, at),
                at=at,
                key=f"demo:coupon:{template_id}:{place}",
            )
            self._count("coupons used")

    def _gift_cards(self) -> None:
        dice = self.dice
        for number in range(12):
            at, store = self._ago(150), dice.choice(self.stores)
            by = self._staff("lead", store, at)
            amount = dice.choice((100_00, 200_00, 500_00))
            sold = gift_cards_services.sell(
                design_id=dice.choice(self.offers.designs).pk,
                amount=amount,
                payment=Payment(tenders={dice.choice(TENDERS[1:]): amount}),
                by=by,
                at=at,
                key=f"demo:gift-card:{number}",
            )
            self._count("gift cards")
            card, later = sold.cards[0], at + timedelta(days=dice.randint(1, 20))
            if number % 3 == 2 or later > self.until:
                continue
            gift_cards_services.redeem(
                code=card.code or "",
                pin=card.pin or "",
                amount=amount if number % 2 else amount // 3,
                by=self._staff("lead", store, later),
                at=later,
                key=f"demo:gift-card:{number}:used",
            )
            self._count("gift cards used")


def _last_visit(member_id: int) -> Visit | None:
    visits = Visit.objects.filter(member_id=member_id, voided_at=None)
    return visits.select_related("store").order_by("-business_date", "-pk").first()
