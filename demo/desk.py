"""What desks and offices do: cards, wallets, tiers, coupons, gifts and persons."""

from datetime import timedelta

from django.db import transaction

from cards import services as cards_services
from cards.models import Card, CardKind, WalletShare
from coupons import services as coupons_services
from coupons.models import Coupon, TierGift
from gift_cards import services as gift_cards_services
from gift_cards.sealing import new_passphrase
from gift_cards.services import GiftWish, Payment
from ledger.services import Act
from members import services as members_services
from members.models import CustomField, Tag
from members.services import Signed
from points import services as points_services
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import StaffAccount
from stored_value.rules import SpendingOrder
from stored_value.services import Tender
from stores import services as stores_services
from stores.models import User
from stores.services import Mending
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.models import Tier

from . import shop
from .offers import Offers
from .places import Place, Scene
from .story import KNOWN_WELL

TAGS = ("常客", "商务宴请", "素食", "带孩子", "媒体")
HOW = ("朋友介绍", "路过", "大众点评", "小红书")
WISHES = ("生日快乐，慢慢吃。", "谢谢你一直照顾我们。", "新年快乐！")
FRIENDS = ("小雨", "Emma", "阿哲")


class Desk(Scene):
    """A few of everything that is done beside sales."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._marks()
        self._stock()
        self._lost()
        self._shares()
        self._holds()
        self._top_ups()
        self._tiers()
        self._coupons(offers)
        self._gifts(offers)
        self._batch(offers)
        self._persons()
        return self.told

    def _marks(self) -> None:
        """Tags, and a question of the shop's own."""
        tags = [Tag(name=name) for name in TAGS]
        for tag in tags:
            members_services.save_tag(tag=tag, by=self.by, at=self.until)
        heard = CustomField(
            code="heard_from",
            name="从哪里知道我们",
            kind=CustomField.Kind.CHOICE,
            choices=list(HOW),
        )
        members_services.save_custom_field(field=heard, by=self.by, at=self.until)
        for member_id in self.some(12):
            at, place = self.ago(), self.place()
            members_services.tag(
                member_id=member_id,
                tag_ids=[self.dice.choice(tags).pk],
                by=place.by(place.lead, at),
                at=at,
            )
            members_services.change(
                member_id=member_id,
                custom={heard.code: self.dice.choice(HOW)},
                by=place.by(place.lead, at),
                at=at,
            )
            self.count("members tagged")

    def _stock(self) -> None:
        """Printed cards lie in stock; some were given out, one of them got lost."""
        kind = CardKind.objects.get(code="printed")
        batch = cards_services.make_stock(
            kind_id=kind.pk,
            quantity=60,
            by=self.by,
            at=self.until - timedelta(days=40),
            key="demo:stock",
            note="首批实体卡",
        )
        numbers = cards_services.export_stock(
            batch_id=batch.pk,
            reason="寄给印刷厂",
            by=self.by,
            at=self.until - timedelta(days=39),
        )
        for member_id, number in zip(self.some(5), numbers, strict=False):
            place = self.place()
            cards_services.issue(
                kind_id=kind.pk,
                member_id=member_id,
                number=number,
                by=place.till(self.until),
                at=self.until,
                key=f"demo:printed:{member_id}",
            )
            self.count("cards")
        cards_services.make_stock(
            kind_id=kind.pk,
            quantity=40,
            by=self.by,
            at=self.until - timedelta(days=5),
            key="demo:stock:2",
            note="补印",
        )

    def _lost(self) -> None:
        cards = Card.objects.filter(kind__code="phone", status="active")
        for number, card in enumerate(cards.order_by("issued_at", "member_id")[:3]):
            place = self.place()
            by = place.by(place.lead, self.until)
            cards_services.report_loss(card_id=card.pk, by=by, at=self.until)
            if number == 1:
                cards_services.report_found(card_id=card.pk, by=by, at=self.until)
            elif number == 2:
                cards_services.replace(
                    card_id=card.pk,
                    by=place.till(self.until, user=place.lead),
                    at=self.until,
                    key="demo:replaced",
                )
            self.count("cards reported lost")

    def _shares(self) -> None:
        """Families: a parent's wallet pays for the children."""
        payers = self._payers(2, least=100_00)
        children = [one for one in self.some(8) if one not in payers]
        for owner, holder in zip(payers, children, strict=False):
            place = self.place()
            share = cards_services.save_share(
                share=WalletShare(
                    owner_id=owner, holder_id=holder, per_use=200_00, per_day=300_00
                ),
                by=place.by(place.manager, self.until),
                at=self.until,
            )
            self.count("shared wallets")
            key = f"demo:shared:{owner}"
            till = place.till(self.until)
            with transaction.atomic():
                cards_services.use_share_step(
                    share_id=share.pk,
                    amount=38_00,
                    day=till.business_date,
                    at=self.until,
                    key=key,
                )
                stored_value_services.spend_step(
                    holder=Holder.member(owner),
                    amount=38_00,
                    by=till,
                    at=self.until,
                    key=key,
                    order=SpendingOrder.PRO_RATA,
                )

    def _payers(self, most: int, *, least: int) -> list[int]:
        """Guests whose wallets hold so much principal, the best known first."""
        found: list[int] = []
        for _person, member_id in self.guests:
            held = stored_value_selectors.wallet(
                holder=Holder.member(member_id), at=self.until
            )
            if held.principal >= least:
                found.append(member_id)
            if len(found) == most:
                break
        return found

    def _holds(self) -> None:
        """Deposits for banquets: one stands, one was taken, one was given back."""
        for number, member_id in enumerate(self._payers(3, least=200_00)):
            place = self.place()
            till = place.till(self.until)
            key = f"demo:hold:{number}"
            held = stored_value_services.hold(
                holder=Holder.member(member_id),
                amount=(50_00, 60_00, 80_00)[number],
                by=till,
                at=self.until,
                key=key,
                note="包间订金",
            )
            self.count("holds")
            if number == 1:
                stored_value_services.capture_hold(
                    hold_id=held.pk, by=till, at=self.until, key=f"{key}:taken"
                )
            elif number == 2:
                stored_value_services.release_hold(
                    hold_id=held.pk, by=till, at=self.until, key=f"{key}:back"
                )

    def _top_ups(self) -> None:
        """Somebody who moves away gets back what they paid in."""
        for number, member_id in enumerate(self.some(2)):
            place = self.place()
            till = place.till(self.until)
            top_up = stored_value_services.top_up(
                holder=Holder.member(member_id),
                tenders=[Tender("wechat", 300_00)],
                by=till,
                at=self.until,
                key=f"demo:moving:{number}",
            )
            stored_value_services.refund_top_up(
                top_up_id=top_up.pk,
                tender="wechat",
                reason="客人搬到外地",
                by=self.by_system(place),
                at=self.until,
                key=f"demo:moving:{number}:back",
            )
            self.count("top-ups paid back")

    def by_system(self, place: Place) -> Act:
        """An office's act at a store, which no role's limit holds up."""
        return stores_services.act(task="demo", store=place.store, at=self.until)

    def _tiers(self) -> None:
        gold, black = (Tier.objects.get(code=code) for code in ("gold", "black"))
        place = self.place()
        below = [
            member_id
            for member_id in self.some(KNOWN_WELL)
            if (found := tiers_selectors.standing(member_id).tier) is None
            or found.rank < gold.rank
        ]
        for member_id in below[:1]:
            tiers_services.buy_tier(
                tier_id=gold.pk,
                member_id=member_id,
                tender="alipay",
                by=place.till(self.until),
                at=self.until,
                key="demo:tier:bought",
            )
        for member_id in below[1:2] or self.some(1):
            tiers_services.give_tier(
                tier_id=black.pk,
                member_id=member_id,
                until=self.until + timedelta(days=180),
                reason="本地美食作家，常带朋友来",
                by=place.by(place.manager, self.until),
                at=self.until,
                key="demo:tier:given",
            )
        self.count("tiers bought and given", 1 + len(below[:1]))

    def _coupons(self, offers: Offers) -> None:
        """Voided, given to a friend, on its way to one, and sold as a pass."""
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
                by=place.by(place.manager, self.until),
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

    def _persons(self) -> None:
        """One who enrolled twice, one who asked to be forgotten, one of the staff."""
        place = self.places[0]
        old, again, gone, own = (
            members_services.enrol(
                name=name,
                phone=phone,
                by=self.by,
                at=self.until - timedelta(days=days),
            )
            for name, phone, days in (
                ("许文博", "+8619911112222", 200),
                ("许文博", "+8619933334444", 20),
                ("田小草", "+8619955556666", 100),
                (place.cashier.display_name, "+8619977778888", 300),
            )
        )
        for member_id in (again.pk, gone.pk):
            points_services.grant_points(
                member_id=member_id,
                points=120,
                reason="开业礼",
                by=self.by,
                at=self.until,
                key=f"demo:opening:{member_id}",
            )
        members_services.merge(
            source_id=again.pk, target_id=old.pk, by=self._mending("同一位客人换了号码")
        )
        members_services.erase_with_forfeiture(
            member_id=gone.pk,
            signed=Signed(
                signed_on=self.until.date() - timedelta(days=1),
                reference="XTD-2026-017",
            ),
            by=self._mending("客人书面放弃余额并要求删除"),
        )
        stored_value_services.name_staff_account(
            account=StaffAccount(staff=place.cashier, member_id=own.pk),
            by=self.by,
            at=self.until,
        )
        self.count("members merged")
        self.count("members forgotten")

    def _mending(self, reason: str) -> Mending:
        place, pins = self.places[0], {one.username: one.pin for one in shop.sign_ins()}
        office = User.objects.get(username="head-office")
        return Mending(
            maker=office,
            store=place.store,
            reason=reason,
            checker=place.manager,
            secret=pins[place.manager.username],
            key=f"demo:{reason}",
            at=self.until,
        )
