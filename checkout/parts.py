"""Sales, when a member is merged, exported or erased."""

from datetime import datetime

from common.quantity import plain_quantity
from ledger.services import Act
from members.parts import Rows

from .models import Refund, Sale
from .selectors.sales import of_member


class CheckoutPart:
    """The bills of a member: they stay as they were settled, whoever the member is now.

    Nothing of a sale ever changes, so it keeps naming the member who was merged; the
    lists of the one who is left look through (`selectors.sales.of_member`).
    """

    word = "checkout"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Nothing: what was settled stays; what is given back goes to who is left."""

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Every bill with its lines, and what was given back."""
        sales = of_member(member_id).order_by("at")
        refunds = Refund.objects.filter(sale__in=sales).order_by("at")
        return {
            "sales": [self._sale(sale) for sale in sales.prefetch_related("lines")],
            "refunds": [
                {
                    "at": refund.at,
                    "bill_number": refund.sale.reference,
                    "amount": refund.amount,
                    "points_back": refund.points_back,
                    "points_taken": refund.points_taken,
                }
                for refund in refunds.select_related("sale")
            ],
        }

    def _sale(self, sale: Sale) -> dict[str, object]:
        return {
            "at": sale.at,
            "store": sale.store.name,
            "bill_number": sale.reference,
            "status": str(sale.get_status_display()),
            "gross": sale.gross,
            "discount": sale.discount,
            "net": sale.net,
            "refunded": sale.refunded,
            "points_spent": sale.points_spent,
            "points_earned": sale.points_earned,
            "lines": [
                {
                    "name": line.name,
                    "quantity": plain_quantity(line.thousandths),
                    "net": line.net,
                }
                for line in sorted(sale.lines.all(), key=lambda line: line.place)
            ],
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """A bill that was paid is nothing that is held."""
        return []

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Nothing here names the person: bills stay under the pseudonym."""
