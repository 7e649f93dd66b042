"""What the members have done on whose phones one looks around in the portal."""

from datetime import timedelta

from accounts.acts import act_of_member
from demo import invented_phones
from demo.offers import Offers
from demo.places import Scene
from gift_cards import selectors as gift_cards_selectors
from gift_cards import services as gift_cards_services
from gift_cards.models import Gift
from gift_cards.services import GiftWish
from ledger.services import Act
from members.models import Member

PHONES = 3
PRICE = 20_00
WORDS = ("天冷了，来碗热汤面。", "升职快乐！", "下周生日快乐。")


class Phones(Scene):
    """Each of the three has something of everything that the portal shows."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        people = invented_phones.members_with_wallets(limit=PHONES)
        for number, giver in enumerate(people):
            friend = people[(number + 1) % len(people)]
            self._gifts(offers, giver, friend)
        return self.told

    def _gifts(self, offers: Offers, giver: Member, friend: Member) -> None:
        """One that a friend keeps, one handed over, and one for a day to come."""
        days = (None, None, timedelta(days=6))
        for number, (words, later) in enumerate(zip(WORDS, days, strict=True)):
            design = offers.designs[number % len(offers.designs)]
            bought = gift_cards_services.buy_gift(
                design_id=design.pk,
                amount=min([*design.face_values, design.free_from or PRICE]),
                member_id=giver.pk,
                gift=GiftWish(
                    name=friend.name,
                    channel=Gift.Channel.LINK,
                    message=words,
                    giver=giver.name,
                    language=friend.language or "zh-hans",
                    deliver_at=self.until + later if later else None,
                ),
                by=self._by(giver),
                at=self.until,
                key=f"demo:phone:{giver.pk}:gift:{number}",
            )
            self.count("gift cards bought in the portal")
            if number == 0:
                gift = gift_cards_selectors.gifts_given(giver.pk).get(
                    public_id=bought.gift_id
                )
                token = gift_cards_selectors.shown_link(gift).rpartition("/")[2]
                gift_cards_services.keep_gift(
                    token=token,
                    by=self._by(friend),
                    at=self.until,
                    member_id=friend.pk,
                )

    def _by(self, member: Member) -> Act:
        return act_of_member(member.pk, at=self.until)
