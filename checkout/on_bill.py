"""A bill while it is being quoted: what was taken off so far, and what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.functional import Promise

from .bill import Bill, Discount, Rejected
from .models import DiscountKind, PaymentKind


@dataclass(slots=True)
class OnBill:
    """A bill on its way through the steps: what each line costs by now."""

    bill: Bill
    amounts: list[int]
    discounts: list[Discount] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    has_tier_price: set[int] = field(default_factory=set)

    def copy(self) -> "OnBill":
        """The same, to go on from here in another way."""
        return OnBill(
            self.bill,
            self.amounts,  # replaced by every discount, never changed
            [*self.discounts],
            [*self.rejected],
            {*self.has_tier_price},
        )

    def take_off(
        self,
        kind: DiscountKind,
        per_line: Sequence[int],
        *,
        subject: int | None = None,
        name: str = "",
    ) -> None:
        """Take a discount off the lines; one of nothing is none."""
        amount = sum(per_line)
        if not amount:
            return
        self.amounts = [
            was - off for was, off in zip(self.amounts, per_line, strict=True)
        ]
        self.discounts.append(
            Discount(
                kind=kind,
                amount=amount,
                per_line=tuple(per_line),
                subject=subject,
                name=name[:120],
            )
        )

    def reject(
        self,
        kind: DiscountKind | PaymentKind,
        code: str,
        message: str | Promise,
        *,
        subject: int | None = None,
        name: str = "",
        public_id: UUID | None = None,
    ) -> None:
        """Tell what takes nothing off, or does not pay, and why."""
        self.rejected.append(
            Rejected(
                kind=kind,
                code=code,
                message=message,
                subject=subject,
                name=name,
                public_id=public_id,
            )
        )

    def open_amounts(self) -> list[int]:
        """What may still be discounted of each line."""
        return [
            amount if line.is_open else 0
            for line, amount in zip(self.bill.lines, self.amounts, strict=True)
        ]
