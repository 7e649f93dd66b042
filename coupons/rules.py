"""What a coupon is worth on a bill, and why not: no clock and no database.

Amounts in minor units, rates in basis points; rounded once, half up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.money import format_money
from common.shares import spread

from .kinds import CouponKind, CouponStatus, Validity
from .models import Coupon, TemplateVersion

WHOLE = 10_000
CANNOT_BE_USED = {
    "other_member": gettext_lazy("This coupon belongs to another member."),
    "offered": gettext_lazy(
        "This coupon was given to a friend who has not taken it yet."
    ),
    "redeemed": gettext_lazy("This coupon is used already."),
    "void": gettext_lazy("This coupon is void."),
    "not_yet": gettext_lazy("This coupon is not valid yet."),
    "expired": gettext_lazy("This coupon has expired."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """Some of one item, after tier discount, member price and bill offers.

    `amount` is what the whole line costs by now, in minor units.
    """

    item: str
    category: str = ""
    quantity: int = 1
    amount: int
    has_tier_discount: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFacts:
    """What a coupon asks of a bill; day and time are those of the store."""

    lines: tuple[BillLine, ...]
    store_id: int
    business_date: date
    local_time: time
    channel: str = "counter"
    member_id: int | None = None
    tier_id: int | None = None

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def amounts(self) -> tuple[int, ...]:
        return tuple(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class ReducedPiece:
    """A piece that a coupon made cheaper: its line, its price before and now."""

    line: int
    price: int
    left: int


type ReducedPieces = tuple[ReducedPiece, ...]


@dataclass(frozen=True, slots=True)
class Saving:
    """What one use saves, and how much of it on each line of the bill."""

    amount: int
    per_line: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, as a word and as a sentence for the guest."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """A coupon that fits a bill's place, time and items: what it saves of the amounts
    of its lines, whatever these have become.

    One for a piece takes the dearest: `reduced` are those that others took before it.
    """

    places: tuple[int, ...]
    quantities: tuple[int, ...]
    is_of_one_item: bool
    amount_off: int  # of one item: what its price becomes
    off_bp: int
    cap: int | None
    min_spend: int

    def short_by(self, amounts: Sequence[int]) -> int:
        """How much is missing to the minimum spend; nothing or less: it is reached."""
        if self.is_of_one_item:
            return self.min_spend - sum(amounts)
        return self.min_spend - sum(amounts[at] for at in self.places)

    def amount(self, amounts: Sequence[int], reduced: ReducedPieces = ()) -> int:
        """How much it saves of these amounts; nothing below its minimum."""
        if self.is_of_one_item:
            if sum(amounts) < self.min_spend:
                return 0
            piece = self._piece(amounts, self._dearest(amounts, reduced), reduced)
            return self._capped(max(0, piece - self.amount_off))
        base = sum([amounts[at] for at in self.places])
        return self.of(base) if base >= self.min_spend else 0

    def of(self, base: int) -> int:
        """How much of so much it saves at the most, its minimum reached.

        That never grows by more than `base` does.
        """
        if self.is_of_one_item:
            return self._capped(base)
        saved = self._capped(self.amount_off or share(base, self.off_bp))
        return saved if saved < base else base

    def saves(
        self, amounts: Sequence[int], reduced: ReducedPieces = ()
    ) -> Saving | None:
        """The same, and how much of it on each line; None if it is nothing."""
        amount = self.amount(amounts, reduced)
        if not amount:
            return None
        if len(amounts) == 1:
            return Saving(amount, (amount,))
        weights = [0] * len(amounts)
        if self.is_of_one_item:
            dearest = self._dearest(amounts, reduced)
            weights[dearest] = amounts[dearest]
        else:
            for at in self.places:
                weights[at] = amounts[at]
        return Saving(amount, spread(amount, weights))

    def after(
        self, amounts: Sequence[int], reduced: ReducedPieces, saving: Saving
    ) -> ReducedPieces:
        """The pieces that are reduced once this has saved so much of these amounts."""
        if not self.is_of_one_item:
            return reduced
        at = self._dearest(amounts, reduced)
        before = self._piece(amounts, at, reduced)
        others = [*reduced]
        price = before
        same_line = [one for one in reduced if one.line == at]
        if len(same_line) == self.quantities[at]:
            again = next(one for one in same_line if one.left == before)
            others.remove(again)
            price = again.price
        others.append(ReducedPiece(at, price, before - saving.amount))
        return tuple(sorted(others, key=lambda one: (one.line, one.left)))

    def _dearest(self, amounts: Sequence[int], reduced: ReducedPieces) -> int:
        """The line whose piece is the dearest of those it is for."""
        return max(self.places, key=lambda at: (self._piece(amounts, at, reduced), -at))

    def _piece(self, amounts: Sequence[int], at: int, reduced: ReducedPieces) -> int:
        """What the dearest piece of a line costs by now."""
        there = [one for one in reduced if one.line == at] if reduced else ()
        if not there:
            return amounts[at] // self.quantities[at]
        if len(there) < self.quantities[at]:
            return there[0].price
        return max(one.left for one in there)

    def _capped(self, amount: int) -> int:
        return amount if self.cap is None or amount < self.cap else self.cap


def fitting(version: TemplateVersion, bill: BillFacts) -> Fitting | Refusal:
    """Whether a coupon is for such a bill at all, however much is on it."""
    refusal = _of_place_and_time(version, bill)
    if refusal is not None:
        return refusal
    places = [place for place, line in enumerate(bill.lines) if _is_for(version, line)]
    if not places:
        return Refusal("no_item", _("Nothing on the bill that this coupon is for."))
    if not version.with_tier_discount:
        places = [at for at in places if not bill.lines[at].has_tier_discount]
        if not places:
            return Refusal("tier_discount", _("Not together with the tier’s discount."))
    return Fitting(
        places=tuple(places),
        quantities=tuple(line.quantity for line in bill.lines),
        is_of_one_item=version.kind in (CouponKind.ITEM, CouponKind.PASS),
        amount_off=version.amount,
        off_bp=version.off_bp,
        cap=version.cap,
        min_spend=version.min_spend,
    )


def saving(version: TemplateVersion, bill: BillFacts) -> Saving | Refusal:
    """What one use of this coupon saves on the bill, were it the only one."""
    fit = fitting(version, bill)
    if isinstance(fit, Refusal):
        return fit
    found = fit.saves(bill.amounts)
    return found if found is not None else why_nothing(fit, bill.amounts)


def why_nothing(fit: Fitting, amounts: Sequence[int]) -> Refusal:
    """Why a coupon that fits saves nothing of these amounts."""
    short = fit.short_by(amounts)
    if short > 0:
        return Refusal(
            "min_spend",
            _("%(amount)s more to use this coupon.") % {"amount": format_money(short)},
        )
    return Refusal("saves_nothing", _("This coupon saves nothing on this bill."))


def saving_of(coupon: Coupon, bill: BillFacts, *, at: datetime) -> Saving | Refusal:
    """The same for an issued coupon: whose it is, and whether it holds at `at`."""
    why = refusal_of(coupon, member_id=bill.member_id, at=at)
    return saving(coupon.version, bill) if why is None else why


def refusal_of(
    coupon: Coupon, *, member_id: int | None, at: datetime
) -> Refusal | None:
    """Why this coupon cannot be used by this member at this moment, if so."""
    reasons = (
        (
            "other_member",
            coupon.member_id is not None and coupon.member_id != member_id,
        ),
        ("offered", coupon.status == CouponStatus.OFFERED),
        ("redeemed", coupon.status == CouponStatus.REDEEMED),
        ("void", coupon.status == CouponStatus.VOID),
        ("not_yet", at < coupon.valid_from),
        ("expired", at >= coupon.valid_until),
    )
    code = next((code for code, is_so in reasons if is_so), None)
    return None if code is None else Refusal(code, str(CANNOT_BE_USED[code]))


def used_too_often(coupon: Coupon) -> Refusal:
    """Why a coupon cannot be used once more on a bill where all its uses stand."""
    if coupon.uses == 1:
        return Refusal("uses", _("This coupon can be used once only."))
    return Refusal(
        "uses",
        ngettext(
            "Only %(count)s visit is left on this pass.",
            "Only %(count)s visits are left on this pass.",
            coupon.uses_left,
        )
        % {"count": coupon.uses_left},
    )


def top_up_bonus(
    version: TemplateVersion, *, amount: int, bill: BillFacts
) -> int | Refusal:
    """What a top-up coupon adds to a top-up of `amount`, or why not."""
    if version.kind != CouponKind.TOP_UP:
        return Refusal("not_for_top_up", _("This coupon is not for topping up."))
    refusal = of_store_and_hour(version, bill)
    if refusal is not None:
        return refusal
    short = version.min_spend - amount
    if short > 0:
        return Refusal(
            "min_spend",
            _("%(amount)s more to use this coupon.") % {"amount": format_money(short)},
        )
    bonus = _capped(version.amount + share(amount, version.off_bp), version.cap)
    if not bonus:
        return Refusal("gives_nothing", _("This coupon gives nothing on this amount."))
    return bonus


def top_up_bonus_of(
    coupon: Coupon, *, amount: int, bill: BillFacts, at: datetime
) -> int | Refusal:
    """The same for an issued coupon: whose it is, and whether it holds at `at`."""
    why = refusal_of(coupon, member_id=bill.member_id, at=at)
    return (
        top_up_bonus(coupon.version, amount=amount, bill=bill) if why is None else why
    )


def stacks(chosen: Sequence[TemplateVersion], *, per_bill: int) -> Refusal | None:
    """Why these coupons cannot stand on one bill together, if so."""
    if len(chosen) > per_bill:
        return Refusal(
            "too_many",
            _("At most %(count)s coupons on one bill.") % {"count": per_bill},
        )
    if len(chosen) > 1 and any(version.is_exclusive for version in chosen):
        return Refusal("exclusive", _("A coupon that has to be used alone is there."))
    groups = [version.group for version in chosen if version.group]
    if len(groups) != len(set(groups)):
        return Refusal("group", _("Only one coupon of this group on one bill."))
    of_one = [version.template_id for version in chosen]
    for version in chosen:
        if of_one.count(version.template_id) > version.per_bill:
            return Refusal(
                "per_bill",
                _("At most %(count)s of this coupon on one bill.")
                % {"count": version.per_bill},
            )
    return None


def soonest_first(coupons: Iterable[Coupon]) -> list[Coupon]:
    """In the order in which equal savings are used: what expires sooner goes first."""
    return sorted(coupons, key=lambda coupon: (coupon.valid_until, coupon.pk))


def valid_period(
    version: TemplateVersion, *, at: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """From when until when (not included) a coupon holds that is issued at `at`."""
    if version.validity == Validity.FIXED:
        if version.valid_from is None or version.valid_until is None:
            raise ValueError(version.pk)  # the table's own constraint refuses it
        return version.valid_from, version.valid_until
    today = at.astimezone(zone).date()
    first = today + timedelta(days=version.starts_after_days)
    begins = at if version.starts_after_days == 0 else _midnight(first, zone)
    if version.validity == Validity.MONTH_END:
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        after = first + timedelta(days=version.lasts_days or 0)
    return begins, _midnight(after, zone)


def pass_refund(*, paid: int, uses: int, uses_left: int, use_price: int) -> int:
    """What is given back for a pass: what was paid less the uses made, each at its
    price (none set: an even share of what was paid); never less than nothing.
    """
    used = uses - uses_left
    if used == 0:
        return paid
    if use_price:
        return min(paid, max(0, paid - used * use_price)) if uses_left else 0
    return paid * uses_left // uses


def worth(version: TemplateVersion) -> int:
    """What one coupon can cost the house at most, for limits; 0 where it is open."""
    if version.kind in (CouponKind.AMOUNT_OFF, CouponKind.TOP_UP) and version.amount:
        return version.amount
    return (version.cap or version.use_price) * version.uses


def share(amount: int, off_bp: int) -> int:
    """That part of an amount, rounded half up."""
    return (amount * off_bp + WHOLE // 2) // WHOLE


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _capped(amount: int, cap: int | None) -> int:
    return amount if cap is None else min(amount, cap)


def _is_for(version: TemplateVersion, line: BillLine) -> bool:
    """Named by its item or its category; with neither named, everything."""
    if line.amount <= 0 or line.quantity < 1:
        return False
    if not version.items and not version.categories:
        return True
    return line.item in version.items or line.category in version.categories


def _of_place_and_time(version: TemplateVersion, bill: BillFacts) -> Refusal | None:
    if version.kind == CouponKind.TOP_UP:
        return Refusal("for_top_up", _("This coupon is for topping up."))
    return of_store_and_hour(version, bill)


def of_store_and_hour(version: TemplateVersion, bill: BillFacts) -> Refusal | None:
    """Why this coupon is not for here and now, whatever is on the bill."""
    if version.store_ids and bill.store_id not in version.store_ids:
        return Refusal("store", _("This coupon is not for this store."))
    if version.channels and bill.channel not in version.channels:
        return Refusal("channel", _("This coupon is not for orders of this kind."))
    return of_day_and_hour(
        version,
        tier_id=bill.tier_id,
        day=bill.business_date,
        local_time=bill.local_time,
    )


def of_day_and_hour(
    version: TemplateVersion, *, tier_id: int | None, day: date, local_time: time
) -> Refusal | None:
    """Why this coupon is not for this guest today at this hour, wherever it is used."""
    if version.tier_ids and tier_id not in version.tier_ids:
        return Refusal("tier", _("This coupon is for another tier."))
    weekday = day.weekday()
    if version.weekdays and weekday not in version.weekdays:
        return Refusal("weekday", _("This coupon is not for this day of the week."))
    written = day.isoformat()
    if any(first <= written <= last for first, last in version.blackouts):
        return Refusal("blackout", _("This coupon is not for this day."))
    if version.hours and not any(
        _within(hours, weekday, local_time) for hours in version.hours
    ):
        return Refusal("hours", _("This coupon is not for this time of day."))
    return None


def _within(hours: Sequence[int | str | None], weekday: int, now: time) -> bool:
    """Hours that end before they begin reach past midnight, on the business day."""
    on, begins, ends = hours
    if on is not None and on != weekday:
        return False
    first, last = time.fromisoformat(str(begins)), time.fromisoformat(str(ends))
    if first < last:
        return first <= now < last
    return now >= first or now < last
