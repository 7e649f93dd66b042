"""What a refund does, said in values: which payments, how much, under which keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checkout.models import PaymentKind, Refund, Sale, SalePayment
from ledger.kinds import AccountKind
from ledger.lineage import PostingFacts
from ledger.services import Act


@dataclass(slots=True)
class Part:
    """One payment of the sale, its postings, and how much of it goes back now."""

    payment: SalePayment
    postings: tuple[PostingFacts, ...]
    amount: int
    points: int = 0
    principal: int = 0
    bonus: int = 0
    tender: str = ""
    kept: int = 0  # of the money, for points that are gone

    @property
    def kind(self) -> str:
        return self.payment.kind

    def back(self) -> dict[int, int]:
        """How much of each of its postings is taken back."""
        if self.kind == PaymentKind.STORED_VALUE:
            kinds = {
                AccountKind.PRINCIPAL: self.principal,
                AccountKind.BONUS: self.bonus,
            }
            amounts = {
                posting.posting_id: kinds[AccountKind(posting.debit_kind)]
                for posting in self.postings
            }
        else:
            amounts = {self.postings[0].posting_id: self.amount}
        return {pk: amount for pk, amount in amounts.items() if amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who undoes how much of what, when, and under which keys."""

    sale: Sale
    refund: Refund
    parts: tuple[Part, ...]
    per_line: tuple[int, ...]
    returned: tuple[int, ...]  # of each line, in thousandths, when this is done
    is_whole: bool
    # Nothing goes back to these accounts: somebody was erased, a wallet closed.
    ended: frozenset[int]
    by: Act
    at: datetime
    # Coupons that are used again at once, whatever else becomes of them.
    reused: frozenset[int] = frozenset()

    def key(self, word: str) -> str:
        return f"refund:{self.refund.pk}:{word}"

    @property
    def is_elsewhere(self) -> bool:
        """Whether another store than the sale's gives it back."""
        return self.refund.store_id != self.sale.store_id

    def of(self, *kinds: str) -> list[Part]:
        return [part for part in self.parts if part.kind in kinds]

    def has_ended(self, part: Part) -> bool:
        """Whether what paid this is closed, so that it goes back another way or not."""
        return any(posting.debit_id in self.ended for posting in part.postings)


@dataclass(slots=True)
class Undone:
    """What came of it, in minor units and points."""

    points_back: int = 0
    points_taken: int = 0
    charged: int = 0
    paid_out: int = 0


def parts_of(
    payments: Sequence[SalePayment], postings: Sequence[PostingFacts]
) -> list[Part]:
    """Each payment with the postings that it made, which stand in its order."""
    rest = list(postings)
    parts = []
    for payment in payments:
        made = 1
        if payment.kind == PaymentKind.STORED_VALUE:
            made = (payment.principal > 0) + (payment.bonus > 0)
        own, rest = rest[:made], rest[made:]
        worth = payment.points or payment.amount
        if sum(posting.amount for posting in own) != worth:
            raise RuntimeError(f"the entry of sale {payment.sale_id} does not fit it")
        parts.append(Part(payment, tuple(own), 0))
    return parts
