"""Coupons and gift cards on their way from one to another."""

from datetime import timedelta

from coupons import services as coupons_services
from coupons.models import Coupon, TierGift
from demo.offers import Offers
from demo.places import Scene
from gift_cards import services as gift_cards_services
from gift_cards.sealing import new_passphrase
from gift_cards.services import GiftWish, Payment
from tiers.models import Tier

WISHES = ("生日快乐，慢慢吃。", "谢谢你一直照顾我们。", "新年快乐！")
FRIENDS = ("小雨", "Emma", "阿哲")


class Gifts(Scene):
    """What is given, voided, passed on and printed."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._tier_gifts(offers)
        self._coupons(offers)
        self._gifts(offers)
        self._batch(offers)
        return self.told

    def _tier_gifts(self, offers: Offers) -> None:
        """What a tier gives when it is reached, and on birthdays."""
        for tier, occasion, code in (
            ("silver", TierGift.Occasion.UPGRADE, "dumplings"),
            ("gold", TierGift.Occasion.BIRTHDAY, "birthday-12"),
        ):
            coupons_services.save_tier_gift(
                gift=TierGift(
                    tier=Tier.objects.get(code=tier),
                    occasion=occasion,
                    template=offers.coupons[code],
                ),
                by=self.by,
                at=self.until,
            )

    def _coupons(self, offers: Offers) -> None:
        """Voided, given to a friend, on its way to one, and sold as a pass."""
        coupons = Coupon.objects.filter(
            version__template=offers.coupons["welcome-20"], status="issued"
        )
        close = [member_id for _person, member_id in self.guests]
        free = list(coupons.filter(member__in=close).order_by("member_id", "pk")[:4])
        place = self.place()
        if free:
            coupons_services.void_coupon(
                coupon_id=free[0].pk,
                reason="重复发放",
                by=self.by,  # what the brand gave, a store does not void
                at=self.until,
            )
        for number, coupon in enumerate(free[1:3]):
            offered = coupons_services.offer(
                coupon_id=coupon.pk,
                member_id=coupon.member_id or 0,
                by=self.by,
                at=self.until,
            )
            friends = [one for one in close if one != coupon.member_id]
            if number == 0:
                coupons_services.accept(
                    token=offered.token,
                    member_id=self.dice.choice(friends),
                    by=self.by,
                    at=self.until,
                )
            self.count("coupons given to friends")
        for member_id in self.some(3):
            coupons_services.sell(
                template_id=offers.coupons["lunch-pass"].pk,
                member_id=member_id,
                tender="wechat",
                by=place.till(self.until),
                at=self.until,
                key=f"demo:pass:{member_id}",
            )
            self.count("passes sold")

    def _gifts(self, offers: Offers) -> None:
        """Sent by a link: one kept, one moved to a wallet, one not opened yet."""
        for number, (friend, words) in enumerate(zip(FRIENDS, WISHES, strict=True)):
            at, place = self.ago(6), self.place()
            sold = gift_cards_services.sell(
                design_id=offers.designs[number % len(offers.designs)].pk,
                amount=200_00,
                payment=Payment(tenders={"wechat": 200_00}),
                gift=GiftWish(
                    name=friend, channel="link", message=words, giver="老朋友"
                ),
                by=place.by(place.lead, at),
                at=at,
                key=f"demo:gift:{number}",
            )
            self.count("gifts")
            token = (sold.cards[0].link or "").rstrip("/").rpartition("/")[2]
            if number < 2:
                gift_cards_services.open_gift(token=token, at=self.until)
            if number == 0:
                gift_cards_services.keep_gift(token=token, by=self.by, at=self.until)
            elif number == 1:
                gift_cards_services.gift_to_wallet(
                    token=token,
                    member_id=self.some(1)[0],
                    by=self.by,
                    at=self.until,
                    key="demo:gift:moved",
                )

    def _batch(self, offers: Offers) -> None:
        for name, amount in (("中秋礼盒附卡", 200_00), ("前台预制卡", None)):
            batch = gift_cards_services.order_batch(
                name=name,
                design_id=offers.designs[0].pk,
                quantity=20,
                amount=amount,
                by=self.by,
                at=self.until - timedelta(days=30),
            )
            self.count("batches of gift cards")
            if amount:
                gift_cards_services.export_codes(
                    batch_id=batch.pk,
                    passphrase=new_passphrase(),
                    by=self.by,
                    at=self.until - timedelta(days=29),
                )
