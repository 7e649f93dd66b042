"""What a bill is, what its guest holds, and what a quote says: values, no database.

Amounts are minor units, points whole numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final, Self
from uuid import UUID

from django.utils.functional import Promise

from common.quantity import PIECE
from coupons.models import Coupon
from points.earning import EarnResult, Facts, Tender
from points.models import EarningRule, PointsPolicy
from tiers.models import Benefits

from .models import BillOffer, CheckoutPolicy, DiscountKind, LineKind, PaymentKind

MOST_LINES: Final = 200
MOST_PIECES: Final = 1_000_000  # of one line
LONGEST_NAME: Final = 120
LONGEST_CODE: Final = 64  # of an item or a category
NO_TIER: Final = Benefits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Some of one item; `member_price` is the price of one for members, if lower.

    `amount` is what all of it costs, where the till tells that: it counts in place of
    the price of one. Taxes, service charges and tips are lines of their own kind.
    """

    kind: str = LineKind.ITEM
    name: str
    sku: str = ""
    category: str = ""
    thousandths: int = PIECE
    unit_price: int | None = None
    amount: int | None = None
    member_price: int | None = None
    excluded: bool = False

    @property
    def gross(self) -> int:
        return self.costs(self.unit_price or 0) if self.amount is None else self.amount

    @property
    def is_open(self) -> bool:
        """Whether something may be taken off it, and points may pay it."""
        return self.kind == LineKind.ITEM and not self.excluded

    @property
    def pieces(self) -> int:
        """How many there are; what is weighed is one."""
        whole, rest = divmod(self.thousandths, PIECE)
        return 1 if rest else whole

    def costs(self, price: int) -> int:
        """All of it at this price of one, rounded half up to the minor unit."""
        return (self.thousandths * price + PIECE // 2) // PIECE


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What is to be paid for."""

    lines: tuple[Line, ...]
    channel: str = "counter"
    service_charge_bp: int | None = None  # None: what the shop's policy says

    @classmethod
    def of_sum(cls, gross: int, *, excluded: int = 0) -> Self:
        """A bill of which only the sum is known, and what of it is excluded."""
        parts = ((gross - excluded, False), (excluded, True))
        return cls(
            lines=tuple(
                Line(name="", unit_price=amount, excluded=is_excluded)
                for amount, is_excluded in parts
                if amount
            )
        )

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardShown:
    """A gift card laid on the counter; `most` is what the guest lets it pay."""

    card_id: int
    account_id: int | None
    last4: str
    usable: int
    is_active: bool = True
    status: str = "active"
    most: int | None = None
    public_id: UUID | None = None
    owner_id: int | None = None  # the member who keeps it among their own


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPrice:
    """What goods cost as a part of a larger bill (that of `reference`), and the service
    charge on them: nothing else is taken off.
    """

    goods: int
    charge: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the guest wants to use; None for stored value: all that the bill takes."""

    coupons: tuple[int, ...] | None = None  # None: the best offer
    points: int | None = 0  # None: as many as the bill takes
    gift_cards: tuple[GiftCardShown, ...] = ()
    stored_value: int | None = None
    # Benefits that the guest does without: "tier", "member_price", an offer's number.
    forgo: tuple[str, ...] = ()
    fixed: FixedPrice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Whose bill it is, as far as a quote asks; nobody's for a stranger's."""

    member_id: int | None = None
    tier_id: int | None = None
    tier_name: str = ""
    benefits: Benefits = NO_TIER
    coupons: tuple[Coupon, ...] = ()
    points: int = 0
    principal: int = 0
    bonus: int = 0
    # What is frozen is there, and pays nothing.
    is_wallet_frozen: bool = False
    are_points_frozen: bool = False
    # Who pays from it is not told how much is in it.
    is_wallet_anothers: bool = False
    # By the guest, from their own phone: coupons stay away too.
    is_spending_frozen: bool = False

    @property
    def wallet(self) -> int:
        return self.principal + self.bonus


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The shop's rules as they stand for this bill: where, when, under which policies.

    `facts` are what earning asks; None where nobody earns.
    """

    store_id: int
    store_code: str = ""
    day: date
    local_time: time
    policy: CheckoutPolicy
    points_policy: PointsPolicy
    spending_order: str
    coupons_per_bill: int
    offers: tuple[BillOffer, ...] = ()
    rules: tuple[EarningRule, ...] = ()
    facts: Facts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Something taken off, and how much of it each line bears."""

    kind: DiscountKind
    amount: int
    per_line: tuple[int, ...]
    subject: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Something of the guest's own that pays."""

    kind: PaymentKind
    amount: int
    points: int = 0
    principal: int = 0
    bonus: int = 0
    card: GiftCardShown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Something that does not apply, as a word and as a sentence to read aloud."""

    kind: str
    subject: int | None
    code: str
    message: str | Promise
    name: str = ""
    public_id: UUID | None = None  # by which others know it, where it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a bill costs: gross = Σ discounts + net, net = Σ payments + due.

    `lines` are those of the bill, and the service charge where there is one.
    """

    lines: tuple[Line, ...]
    discounts: tuple[Discount, ...]
    net_lines: tuple[int, ...]
    payments: tuple[Payment, ...]
    due: int
    rejected: tuple[Rejected, ...]
    earned: EarnResult | None = None
    paid_by: Mapping[Tender, int] = field(default_factory=dict)

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def net(self) -> int:
        return sum(self.net_lines)

    @property
    def discount(self) -> int:
        return sum(discount.amount for discount in self.discounts)

    @property
    def points_spent(self) -> int:
        return sum(payment.points for payment in self.payments)

    @property
    def points_earned(self) -> int:
        return self.earned.points if self.earned else 0

    @property
    def stored_value(self) -> Payment | None:
        kinds = (p for p in self.payments if p.kind == PaymentKind.STORED_VALUE)
        return next(kinds, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderGiven:
    """Money handed over, or a payment made elsewhere."""

    kind: str
    amount: int
    reference: str = ""
