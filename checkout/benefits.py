"""What is taken off before the coupons: tier, member price, bill offer.

Each by itself is for the guest; together with what it makes impossible (the minimum of
a coupon, a step of points) it may not be. So they come as options, to be weighed.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from common.money import format_money
from common.shares import spread
from coupons.rules import Refusal

from .bill import Bill, Guest, Line, Programme
from .models import BillOffer, DiscountKind
from .on_bill import OnBill

PER_MILLE: Final = 1000
TIER: Final = "tier"
MEMBER_PRICE: Final = "member_price"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedOffer:
    """A bill offer that the bill reaches, and what it takes off which lines."""

    offer: BillOffer
    amount: int
    weights: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Option:
    """A bill with some of its benefits taken off, and what the others say."""

    on: OnBill
    offer: BillOffer | None = None
    given_up: tuple[str, ...] = ()  # that would have taken something off
    reached: tuple[ReachedOffer, ...] = ()
    refused: tuple[tuple[BillOffer, Refusal], ...] = ()
    amounts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.amounts = tuple(self.on.open_amounts())


def options(
    bill: Bill, guest: Guest, programme: Programme, forgo: Collection[str]
) -> Iterator[Option]:
    """Every way to take benefits off a bill: first with all of them, and of the offers
    the one that takes off most; what the guest forgoes is in none of them.
    """
    benefits = _line_benefits(bill, guest, programme, forgo)
    known = set()
    for given_up in _subsets(benefits):
        on = OnBill(bill, [line.gross for line in bill.lines])
        kept = [benefit for benefit in benefits if benefit not in given_up]
        _line_prices(on, guest, programme, kept)
        state = tuple(on.amounts), frozenset(on.has_tier_price)
        if state in known:
            continue
        known.add(state)
        yield from _with_offers(on, guest, programme, forgo, given_up)


def explain(option: Option, guest: Guest, forgo: Collection[str]) -> None:
    """Tell of each benefit that takes nothing off why not."""
    on = option.on
    for benefit, kind in (
        (TIER, DiscountKind.TIER),
        (MEMBER_PRICE, DiscountKind.MEMBER_PRICE),
    ):
        why = _forgone() if benefit in forgo else None
        if benefit in option.given_up:
            why = Refusal("costs_less_without", _("The bill costs less without it."))
        if why is not None and guest.tier_id is not None:
            on.reject(
                kind,
                why.code,
                why.sentence,
                subject=guest.tier_id,
                name=guest.tier_name,
            )
    for offer, why in option.refused:
        _reject_offer(on, offer, why)
    taken = option.offer
    for one in option.reached:
        if taken is None:
            why = Refusal("costs_less_without", _("The bill costs less without it."))
        else:
            why = Refusal("better_offer", _("Another offer takes off more."))
        if one.offer is not taken:
            _reject_offer(on, one.offer, why)


def _forgone() -> Refusal:
    return Refusal("forgone", _("Left out, as the guest wished."))


def _subsets(benefits: list[str]) -> list[tuple[str, ...]]:
    """What may be given up: nothing first, everything last."""
    if len(benefits) == 2:
        return [(), (benefits[0],), (benefits[1],), tuple(benefits)]
    return [(), *((benefit,) for benefit in benefits)]


def _line_benefits(
    bill: Bill, guest: Guest, programme: Programme, forgo: Collection[str]
) -> list[str]:
    """Those that could take something off a line of this bill."""
    benefits = []
    if guest.benefits.discount_per_mille and TIER not in forgo:
        benefits.append(TIER)
    if (
        MEMBER_PRICE not in forgo
        and guest.benefits.member_price_on(programme.day)
        and any(line.is_open and _member_price_off(line) for line in bill.lines)
    ):
        benefits.append(MEMBER_PRICE)
    return benefits


def _line_prices(
    on: OnBill, guest: Guest, programme: Programme, kept: Collection[str]
) -> None:
    """The better of the two, line by line; the tier's percentage is rounded once."""
    rate = guest.benefits.discount_per_mille if TIER in kept else 0
    cheaper = [0] * len(on.amounts)
    weights = [0] * len(on.amounts)
    for at, line in enumerate(on.bill.lines):
        if not line.is_open:
            continue
        off = _member_price_off(line) if MEMBER_PRICE in kept else 0
        if off * PER_MILLE > line.gross * rate:
            cheaper[at] = off
        elif rate:
            weights[at] = line.gross
        if cheaper[at] or weights[at]:
            on.has_tier_price.add(at)
    whole = (sum(weights) * rate + PER_MILLE // 2) // PER_MILLE
    on.take_off(
        DiscountKind.TIER,
        spread(whole, weights),
        subject=guest.tier_id,
        name=guest.tier_name,
    )
    day = bool(guest.benefits.member_price_weekdays)
    on.take_off(
        DiscountKind.MEMBER_DAY if day else DiscountKind.MEMBER_PRICE,
        cheaper,
        subject=guest.tier_id,
        name=guest.tier_name,
    )


def _member_price_off(line: Line) -> int:
    if line.member_price is None:
        return 0
    return max(0, line.gross - line.costs(line.member_price))


def _with_offers(
    on: OnBill,
    guest: Guest,
    programme: Programme,
    forgo: Collection[str],
    given_up: tuple[str, ...],
) -> Iterator[Option]:
    reached: list[ReachedOffer] = []
    refused: list[tuple[BillOffer, Refusal]] = []
    for offer in sorted(programme.offers, key=lambda offer: offer.pk):
        found = _reach(on, offer, guest, programme, forgo)
        if isinstance(found, Refusal):
            refused.append((offer, found))
        elif found.amount:
            reached.append(found)
    reached.sort(key=lambda one: (-one.amount, one.offer.pk))

    def option(on: OnBill, offer: BillOffer | None) -> Option:
        return Option(
            on=on,
            offer=offer,
            given_up=given_up,
            reached=tuple(reached),
            refused=tuple(refused),
        )

    for one in reached:
        cheaper = on.copy()
        cheaper.take_off(
            DiscountKind.OFFER,
            spread(one.amount, one.weights),
            subject=one.offer.pk,
            name=one.offer.name,
        )
        yield option(cheaper, one.offer)
    yield option(on, None)


def _reach(
    on: OnBill,
    offer: BillOffer,
    guest: Guest,
    programme: Programme,
    forgo: Collection[str],
) -> ReachedOffer | Refusal:
    """What an offer takes off the bill as it is by now, or why nothing."""
    why = _of_guest_and_day(offer, guest, programme)
    if why is None and str(offer.pk) in forgo:
        why = _forgone()
    if why is not None:
        return why
    weights = tuple(
        amount if not offer.categories or line.category in offer.categories else 0
        for line, amount in zip(on.bill.lines, on.open_amounts(), strict=True)
    )
    base = sum(weights)
    if base < offer.min_spend:
        short = format_money(offer.min_spend - base)
        return Refusal(
            "min_spend", _("%(amount)s more for this offer.") % {"amount": short}
        )
    return ReachedOffer(
        offer=offer, amount=min(base, _offer_off(offer, base)), weights=weights
    )


def _offer_off(offer: BillOffer, base: int) -> int:
    times = base // offer.min_spend if offer.is_repeated else 1
    off = offer.amount_off * times
    return off if offer.most_off is None else min(off, offer.most_off)


def _of_guest_and_day(
    offer: BillOffer, guest: Guest, programme: Programme
) -> Refusal | None:
    if offer.members_only and guest.member_id is None:
        return Refusal("members_only", _("This offer is for members."))
    if offer.store_ids and programme.store_id not in offer.store_ids:
        return Refusal("store", _("This offer is not for this store."))
    if offer.tier_ids and guest.tier_id not in offer.tier_ids:
        return Refusal("tier", _("This offer is for another tier."))
    if offer.weekdays and programme.day.isoweekday() not in offer.weekdays:
        return Refusal("weekday", _("This offer is not for this day of the week."))
    return None


def _reject_offer(on: OnBill, offer: BillOffer, why: Refusal) -> None:
    on.reject(
        DiscountKind.OFFER, why.code, why.sentence, subject=offer.pk, name=offer.name
    )
