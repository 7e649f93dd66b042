"""Wallets: deposits for banquets, and money given back."""

from demo.offers import Offers
from demo.places import Place
from ledger.services import Act
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.services import Tender
from stores import services as stores_services

from .payers import Payers


class Wallets(Payers):
    """What happens to money in hand beside sales."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._holds()
        self._top_ups()
        return self.told

    def _holds(self) -> None:
        """Deposits for banquets: one stands, one was taken, one was given back."""
        for number, member_id in enumerate(self.payers(3, least=200_00)):
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
                reason="顾客搬到外地",
                by=self._by_system(place),
                at=self.until,
                key=f"demo:moving:{number}:back",
            )
            self.count("top-ups paid back")

    def _by_system(self, place: Place) -> Act:
        """An office's act at a store, which no role's limit holds up."""
        return stores_services.act(task="demo", store=place.store, at=self.until)
