"""Cards: in stock, given out, lost, shared, and some that are nobody's by name."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from cards import services as cards_services
from cards.models import Card, CardKind, WalletShare
from demo.offers import Offers
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.rules import SpendingOrder
from stored_value.services import Tender

from .payers import Payers


class Plastic(Payers):
    """What is handed over, and what becomes of it."""

    def tell(self, offers: Offers) -> dict[str, int]:
        """All of it; how much of each."""
        self._stock()
        self._lost()
        self._shares()
        self._bearers()
        return self.told

    def _stock(self) -> None:
        """Printed cards lie in stock; some were given out, one of them got lost."""
        kind = CardKind.objects.get(code="printed")
        numbers = self._printed(
            kind, 60, days_ago=40, key="demo:stock", note="首批实体卡"
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

    def _printed(
        self, kind: CardKind, quantity: int, *, days_ago: int, key: str, note: str
    ) -> Sequence[str]:
        """A batch into stock, and its numbers to the printer the day after."""
        made_at = self.until - timedelta(days=days_ago)
        batch = cards_services.make_stock(
            kind_id=kind.pk,
            quantity=quantity,
            by=self.by,
            at=made_at,
            key=key,
            note=note,
        )
        return cards_services.export_stock(
            batch_id=batch.pk,
            reason="寄给印刷厂",
            by=self.by,
            at=made_at + timedelta(days=1),
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
        payers = self.payers(2, least=100_00)
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

    def _bearers(self) -> None:
        """Anonymous cards with money on them: one is used, one was lost at once."""
        kind = CardKind.objects.get(code="bearer")
        numbers = self._printed(
            kind, 20, days_ago=20, key="demo:stock:bearer", note="礼品储值卡"
        )
        for number, printed in zip(range(3), numbers, strict=False):
            place = self.place()
            till = place.till(self.until)
            card = cards_services.issue(
                kind_id=kind.pk,
                number=printed,
                by=till,
                at=self.until,
                key=f"demo:bearer:{number}",
            )
            holder = Holder.card(card.pk)
            stored_value_services.top_up(
                holder=holder,
                tenders=[Tender("wechat", 300_00)],
                by=till,
                at=self.until,
                key=f"demo:bearer:{number}:paid",
            )
            if number == 1:
                stored_value_services.spend(
                    holder=holder,
                    amount=86_00,
                    by=till,
                    at=self.until,
                    key=f"demo:bearer:{number}:used",
                )
            elif number == 2:
                cards_services.report_loss(
                    card_id=card.pk,
                    by=place.by(place.lead, self.until),
                    at=self.until,
                )
            self.count("anonymous cards sold")
