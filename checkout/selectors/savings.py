"""What being a member was worth: saved on bills, and received."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum, TextChoices
from django.utils.translation import gettext_lazy as _

from checkout.models import (
    DiscountKind,
    PaymentKind,
    Sale,
    SaleDiscount,
    SaleLine,
    SalePayment,
)
from gift_cards import selectors as gift_cards_selectors
from ledger import statements as ledger_statements
from ledger.kinds import EntryKind
from stored_value.holders import Holder, open_wallet

from .sales import of_member

OF_MEMBERS: Final = (
    DiscountKind.TIER,
    DiscountKind.MEMBER_PRICE,
    DiscountKind.MEMBER_DAY,
)
# What takes a bonus out of a wallet for a bill, at once or when a booking is honoured.
SPENT: Final = {str(EntryKind.SALE), str(EntryKind.HOLD)}


class BenefitKind(TextChoices):
    """Where it came from."""

    MEMBER_PRICE = "member_price", _("Member prices")
    COUPON = "coupon", _("Coupons")
    BONUS = "bonus", _("Bonus that you spent")
    POINTS = "points", _("Points on bills")
    GIFT = "gift", _("Gift cards from friends")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberBenefit:
    """One amount (minor units), and the row that it stands on: a bill, an entry of the
    wallet, or a gift card of one's own.
    """

    kind: BenefitKind
    amount: int
    on: date
    name: str = ""
    sale_id: UUID | None = None
    entry_id: UUID | None = None
    card_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SpentOnBills:
    """What was paid on bills, less what was paid back (minor units), and how many."""

    amount: int
    bills: int


def spent_on_bills(member_id: int, *, since: date, until: date) -> SpentOnBills:
    """Of the business days from `since` to before `until`."""
    told = _bills(member_id, since, until).aggregate(
        net=Sum(F("net") - F("refunded"), default=0), bills=Count("pk")
    )
    return SpentOnBills(told["net"], told["bills"])


def benefits_of(member_id: int, *, since: date, until: date) -> list[MemberBenefit]:
    """What a member saved and received on the business days from `since` to before
    `until`, the latest first.

    What was refunded saved nothing: a line that was paid back in part keeps that part
    of what was taken off it, rounded down.
    """
    found = [
        *_taken_off(member_id, since, until),
        *_points(member_id, since, until),
        *_bonus(member_id, since, until),
        *_gifts(member_id, since, until),
    ]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _bills(member_id: int, since: date, until: date) -> QuerySet[Sale]:
    return (
        of_member(member_id)
        .filter(business_date__gte=since, business_date__lt=until)
        .exclude(status=Sale.Status.VOID)
    )


def _taken_off(member_id: int, since: date, until: date) -> Iterator[MemberBenefit]:
    rows = (
        SaleDiscount.objects.filter(
            sale__in=_bills(member_id, since, until),
            kind__in=[*OF_MEMBERS, DiscountKind.COUPON],
        )
        .select_related("sale")
        .order_by("sale__at", "place")
    )
    lines: dict[UUID, list[SaleLine]] = {}
    for line in SaleLine.objects.filter(sale__in=[row.sale_id for row in rows]):
        lines.setdefault(line.sale_id, []).append(line)
    for row in rows:
        is_coupon = row.kind == DiscountKind.COUPON
        amount = sum(
            _kept(line, row.per_line[line.place - 1]) for line in lines[row.sale_id]
        )
        if amount:
            yield MemberBenefit(
                kind=BenefitKind.COUPON if is_coupon else BenefitKind.MEMBER_PRICE,
                amount=amount,
                on=row.sale.business_date,
                name=row.name,
                sale_id=row.sale_id,
            )


def _kept(line: SaleLine, share: int) -> int:
    """What is left of a share of a line: of what is left of the line."""
    if line.net:
        return share * line.left // line.net
    return share * (line.thousandths - line.returned) // line.thousandths


def _points(member_id: int, since: date, until: date) -> Iterator[MemberBenefit]:
    rows = SalePayment.objects.filter(
        sale__in=_bills(member_id, since, until), kind=PaymentKind.POINTS
    ).select_related("sale")
    for row in rows.order_by("sale__at", "place"):
        if row.left:
            yield MemberBenefit(
                kind=BenefitKind.POINTS,
                amount=row.left,
                on=row.sale.business_date,
                sale_id=row.sale_id,
            )


def _bonus(member_id: int, since: date, until: date) -> Iterator[MemberBenefit]:
    """As the books have it: what left the wallet, and what came back of it."""
    account_id = open_wallet(Holder.member(member_id)).bonus
    rows = ledger_statements.of_days(account_ids=[account_id], since=since, until=until)
    reversed_kinds = ledger_statements.kinds_reversed(
        [row.entry_id for row in rows if row.kind == EntryKind.REVERSAL]
    )
    amounts: dict[UUID, int] = {}
    for row in rows:
        if reversed_kinds.get(row.entry_id, row.kind) in SPENT:
            amounts[row.entry_id] = amounts.get(row.entry_id, 0) - row.change
    days = {row.entry_id: row.business_date for row in rows}
    for entry_id, amount in amounts.items():
        yield MemberBenefit(
            kind=BenefitKind.BONUS, amount=amount, on=days[entry_id], entry_id=entry_id
        )


def _gifts(member_id: int, since: date, until: date) -> Iterator[MemberBenefit]:
    for gift, day in gift_cards_selectors.gifts_received(
        member_id, since=since, until=until
    ):
        yield MemberBenefit(
            kind=BenefitKind.GIFT,
            amount=gift.card.amount or 0,
            on=day,
            name=gift.giver_name,
            card_id=gift.card.public_id,
        )


def sum_by_kind(found: Sequence[MemberBenefit]) -> list[tuple[BenefitKind, int]]:
    """What each kind came to, in the order in which they are told."""
    return [
        (kind, sum(one.amount for one in found if one.kind == kind))
        for kind in BenefitKind
    ]
