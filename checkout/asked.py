"""What a till asks for: whose bill, what to use, what was handed over. Values only."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from stores.errors import TenderUnknown

from .bill import Bill, FixedPrice, TenderGiven
from .errors import BillRefused
from .kept import KeptBill
from .models import DiscountKind, PaymentKind

CASH: Final = "cash"
TENDER_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,19}")
LONGEST_REFERENCE: Final = 80
LONGEST_PAYMENT_REFERENCE: Final = 120
MOST_TENDERED: Final = 10**12  # minor units, with one tender


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose bill it is: a member, or what a card or phone shows; nobody: a stranger."""

    member_id: int | None = None
    public_id: UUID | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardAsked:
    """A gift card by its code; without an amount it pays all that it can."""

    code: str
    pin: str = ""
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeOptions:
    """What an exchange brings along: what is kept of the first bill, and of what came
    back the points (at most so many) and the gift cards (by id: at most so much).

    `is_returned_value`: nothing is to be used but what came back, so nobody has to
    prove anything.
    """

    kept: KeptBill | None
    most_points: int | None
    gift_cards: tuple[tuple[int, int], ...]
    is_returned_value: bool
    # What the bill costs, whatever it would cost today: an exchange is undone.
    fixed: FixedPrice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to use: None means the best coupons, the most points, all stored value.

    `laid`: printed coupons on the counter, by whose codes nobody is named; the best may
    be among them.
    """

    coupons: tuple[int, ...] | None = None
    laid: tuple[int, ...] = ()
    points: int | None = 0
    gift_cards: tuple[GiftCardAsked, ...] = ()
    stored_value: int | None = None
    # Benefits to do without: "tier", "member_price", the number of a bill offer.
    forgo: tuple[str, ...] = ()
    exchange: ExchangeOptions | None = None

    @property
    def uses_own_value(self) -> bool:
        """Whether anything of the member's is to be used."""
        return self.coupons != () or self.points != 0 or self.stored_value != 0

    @property
    def is_returned_value(self) -> bool:
        """Whether nothing is used but what came back in an exchange."""
        return self.exchange is not None and self.exchange.is_returned_value

    def insists_on(self, kind: str) -> bool:
        """Whether this was asked for by name: a sale does not go without it. What a
        quote adds by itself may stay away, with its reason.
        """
        named: dict[str, bool] = {
            DiscountKind.COUPON: self.coupons is not None,
            PaymentKind.GIFT_CARD: True,
            PaymentKind.POINTS: self.points is not None,
            PaymentKind.STORED_VALUE: self.stored_value is not None,
        }
        return named.get(kind, False)


def fingerprint(
    *,
    store_id: int,
    bill: Bill,
    whose: Whose,
    asked: Asked,
    tenders: Sequence[TenderGiven],
    reference: str,
) -> bytes:
    """What stands for a request: the same key serves no other."""
    request = [
        store_id,
        asdict(bill),
        asdict(whose),
        asdict(asked),
        [asdict(tender) for tender in tenders],
        reference,
    ]
    return hashlib.sha256(
        json.dumps(request, default=str, sort_keys=True).encode()
    ).digest()


def check_reference(reference: str) -> str:
    """A bill number: 1 to 80 characters that can be printed. Raises BillRefused."""
    plain = reference.strip()
    if not 0 < len(plain) <= LONGEST_REFERENCE or not plain.isprintable():
        raise BillRefused("reference_refused")
    return plain


def check_tenders(tenders: Sequence[TenderGiven]) -> None:
    """Each names its kind and an amount above zero; the other side's number of it, if
    there is one, has at most 120 characters that can be printed. Raises BillRefused,
    TenderUnknown.
    """
    for tender in tenders:
        if TENDER_KIND.fullmatch(tender.kind) is None:
            raise TenderUnknown(tender=tender.kind[:40])
        if not 0 < tender.amount <= MOST_TENDERED:
            raise BillRefused("tender_refused")
        number = tender.reference
        if len(number) > LONGEST_PAYMENT_REFERENCE or not number.isprintable():
            raise BillRefused("tender_reference_refused")
