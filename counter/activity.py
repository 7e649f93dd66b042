"""Everything that was done at a till on a day: bills, top-ups, gift cards, passes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from checkout.models import PaymentKind, Refund, Sale
from counter.place import Place
from coupons.kinds import CouponStatus, Source
from coupons.models import Coupon, CouponIssue
from gift_cards.models import GiftCard
from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.kinds import EntryKind
from ledger.shift_entries import TillEntry, entries_of_shifts
from members.models import Member
from stored_value.models import TopUp, TopUpRefund
from stores import selectors as stores_selectors
from stores.models import AuditEvent, Shift, User

type Ways = dict[tuple[str, str], int]

MOST: Final = 200
# What a till does besides bills; the rest follows from these by itself.
KINDS: Final = (
    EntryKind.TOP_UP,
    EntryKind.GIFT_CARD_SALE,
    EntryKind.SALE,
    EntryKind.REDEMPTION,
    EntryKind.PAYOUT,
    EntryKind.REVERSAL,
    EntryKind.TRANSFER,
    EntryKind.ADJUSTMENT,
)
VISIT_ACTS: Final = ("coupons.visit_used", "coupons.visit_given_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One act: what it was, for whom, how it was paid, and where its slip is.

    `amount` in minor units, negative where money was handed back; None: no money moved.
    """

    at: datetime
    words: str
    number: str = ""
    member: Member | None = None
    staff: Any = None
    tenders: str = ""
    amount: int | None = None
    slip: str = ""
    undo: str = ""
    is_undone: bool = False


def shifts_of(place: Place) -> list[Shift]:
    """The shifts of this till on this business day."""
    return list(Shift.objects.filter(till=place.till, business_date=place.today))


def activity_of(place: Place, of_day: Collection[Shift]) -> list[Activity]:
    """What was done in these shifts of this till, the latest first."""
    shifts = [shift.pk for shift in of_day]
    sales = _sales(shifts)
    refunds = _refunds(shifts)
    told = [
        *(_of_sale(sale, place) for sale in sales),
        *(_of_refund(refund) for refund in refunds),
        *_of_entries(_entries(shifts, sales, refunds), place),
        *_of_visits(shifts, place),
    ]
    return sorted(told, key=lambda one: one.at, reverse=True)[:MOST]


def takings_of(place: Place, of_day: Collection[Shift]) -> dict[str, int]:
    """What these shifts took by tender, in minor units, the float left out.

    Of a drawer that is still to be counted it is told to nobody who counts it: only to
    an approver who does not hold it.
    """
    sums: dict[str, int] = defaultdict(int)
    for shift in of_day:
        is_counted = shift.closed_at is not None
        looks_on = place.may("stores.approve") and shift.holder_id != place.user.pk
        if is_counted or looks_on:
            for tender, amount in ledger_selectors.tender_totals(
                shift_id=shift.pk
            ).items():
                sums[stores_selectors.tender_name(tender)] += amount
    return dict(sums)


def _sales(shifts: Collection[int]) -> list[Sale]:
    rows = Sale.objects.filter(shift__in=shifts).select_related("member", "staff")
    return list(rows.prefetch_related("payments").order_by("-at")[:MOST])


def _refunds(shifts: Collection[int]) -> list[Refund]:
    rows = Refund.objects.filter(shift__in=shifts).select_related(
        "sale__member", "staff", "exchange"
    )
    return list(rows.prefetch_related("parts__payment").order_by("-at")[:MOST])


def _entries(
    shifts: Collection[int], sales: Iterable[Sale], refunds: Iterable[Refund]
) -> list[TillEntry]:
    """The entries of these shifts that belong to no bill."""
    rows = entries_of_shifts(shift_ids=shifts, kinds=KINDS, most=MOST)
    of_bills = {sale.entry_id for sale in sales}
    of_refunds = tuple(f"refund:{refund.pk}:" for refund in refunds)
    return [
        entry
        for entry in rows
        if entry.id not in of_bills and not entry.key.startswith(of_refunds)
    ]


def _of_sale(sale: Sale, place: Place) -> Activity:
    is_open = sale.status == Sale.Status.CAPTURED and sale.left > 0
    can_undo = is_open and place.may("checkout.refund_sale")
    return Activity(
        at=sale.at,
        words=_("Bill"),
        number=sale.reference,
        member=sale.member,
        staff=sale.staff,
        tenders=_names(
            payment_name(one.kind, one.tender) for one in sale.payments.all()
        ),
        amount=sale.net,
        slip=reverse("counter:receipt", args=[sale.pk]),
        undo=reverse("counter:refund", args=[sale.pk]) if can_undo else "",
        is_undone=sale.status == Sale.Status.VOID,
    )


def _of_refund(refund: Refund) -> Activity:
    if refund.is_void:
        words = pgettext("of a sale", "Voided")
    elif hasattr(refund, "exchange"):
        words = _("Exchange")
    else:
        words = _("Refund")
    return Activity(
        at=refund.at,
        words=words,
        number=refund.sale.reference,
        member=refund.sale.member,
        staff=refund.staff,
        tenders=_names(
            payment_name(
                PaymentKind.TENDER if part.tender else part.payment.kind, part.tender
            )
            for part in refund.parts.all()
        ),
        amount=-refund.amount,
        slip=reverse("counter:refund_slip", args=[refund.pk]),
    )


def _of_entries(entries: list[TillEntry], place: Place) -> list[Activity]:
    ids = [entry.id for entry in entries]
    moved = ledger_statements.payments_moved(entry_ids=ids)
    known = _known(ids, place)
    staff = User.objects.in_bulk({entry.staff_id for entry in entries} - {None})
    return [
        _of_entry(
            entry,
            moved.get(entry.id, {}),
            {"staff": staff.get(entry.staff_id or 0), **known.get(entry.id, {})},
        )
        for entry in entries
    ]


def entry_activity(entry: TillEntry, place: Place) -> Activity:
    """One act that belongs to no bill."""
    return _of_entries([entry], place)[0]


def _of_entry(entry: TillEntry, moved: Ways, known: dict[str, Any]) -> Activity:
    told: dict[str, Any] = {
        "words": _("Other sale")
        if entry.kind == EntryKind.SALE
        else str(entry.kind.label),
        "number": entry.memo,
        "slip": reverse("counter:entry_slip", args=[entry.id]),
        **known,
    }
    return Activity(
        at=entry.occurred_at,
        tenders=_names(payment_name(*way) for way in moved),
        amount=sum(moved.values()) if moved else None,
        **told,
    )


def _known(ids: list[UUID], place: Place) -> dict[UUID, dict[str, Any]]:
    """Of these entries, what the apps that wrote them know."""
    told: dict[UUID, dict[str, Any]] = {}
    refunded: dict[int, UUID] = {}
    for back in TopUpRefund.objects.filter(entry__in=ids).select_related(
        "top_up__member"
    ):
        refunded[back.top_up_id] = back.entry_id
        told[back.entry_id] = {
            "words": _("Top-up refunded"),
            "number": f"#{back.top_up_id}",
            "member": back.top_up.member,
        }
    may_refund = place.may("stored_value.refund_top_up")
    for top_up in TopUp.objects.filter(entry__in=ids).select_related("member"):
        is_undone = top_up.pk in refunded
        told[top_up.entry_id] = {
            "words": _("Top-up"),
            "number": f"#{top_up.pk}",
            "member": top_up.member,
            "slip": reverse("counter:top_up_receipt", args=[top_up.pk]),
            "undo": _undo("top-up", top_up.pk) if may_refund and not is_undone else "",
            "is_undone": is_undone,
        }
    return told | _gift_cards(ids, place) | _coupons(ids, place)


def _gift_cards(ids: list[UUID], place: Place) -> dict[UUID, dict[str, Any]]:
    sold: dict[UUID, list[GiftCard]] = defaultdict(list)
    cards = GiftCard.objects.filter(sale__in=ids).select_related("buyer")
    for card in cards.prefetch_related("codes").order_by("pk"):
        if card.sale_id is not None:
            sold[card.sale_id].append(card)
    may = place.may("gift_cards.void_gift_card")
    told = {}
    for entry_id, several in sold.items():
        first = several[0]
        is_alone = len(several) == 1
        is_void = all(card.status == GiftCard.Status.VOID for card in several)
        told[entry_id] = {
            "words": _("Gift card sold"),
            "number": " ".join(f"···· {last4_of(card)}" for card in several[:3]),
            "member": first.buyer,
            "undo": _undo("gift-card", first.pk)
            if may and is_alone and not is_void
            else "",
            "is_undone": is_void,
        }
    return told


def last4_of(card: GiftCard) -> str:
    """The last four characters of the code that opens a card now."""
    living = [code for code in card.codes.all() if code.died_at is None]
    return living[0].last4 if living else ""


def _coupons(ids: list[UUID], place: Place) -> dict[UUID, dict[str, Any]]:
    may = place.may("coupons.refund_pass")
    told = {}
    issues = CouponIssue.objects.filter(entry__in=ids, source=Source.PURCHASE)
    for issue in issues.prefetch_related("coupons__version", "coupons__member"):
        coupon = issue.coupons.all()[0] if issue.coupons.all() else None
        if issue.entry is None or coupon is None:
            continue
        is_open = coupon.status == CouponStatus.ISSUED
        told[issue.entry] = {
            "words": _("Coupon sold"),
            "number": coupon.version.name,
            "member": coupon.member,
            "undo": _undo("coupon", coupon.pk) if may and is_open else "",
            "is_undone": coupon.status == CouponStatus.VOID,
        }
    return told


def _of_visits(shifts: Collection[int], place: Place) -> list[Activity]:
    """Visits that a pass paid for, and those that were put back."""
    since, _until = stores_selectors.business_day_bounds(place.store, place.today)
    rows = AuditEvent.objects.filter(
        store=place.store, at__gte=since, shift__in=shifts, act__in=VISIT_ACTS
    ).select_related("staff")
    events = list(rows.order_by("-at")[:MOST])
    passes = Coupon.objects.select_related("version", "member").in_bulk(
        [int(event.subject_id) for event in events]
    )
    return [
        Activity(
            at=event.at,
            words=_("Visit on a pass")
            if event.act == VISIT_ACTS[0]
            else _("Visit put back"),
            number=passes[int(event.subject_id)].version.name,
            member=passes[int(event.subject_id)].member,
            staff=event.staff,
            slip=reverse("counter:visit_slip", args=[event.pk]),
        )
        for event in events
    ]


def _undo(kind: str, pk: int) -> str:
    return reverse("counter:undo", args=[kind, pk])


def payment_name(kind: str, tender: str) -> str:
    """What a way of paying is called."""
    names = {
        PaymentKind.POINTS: _("Points"),
        PaymentKind.GIFT_CARD: _("Gift card"),
        PaymentKind.STORED_VALUE: _("Stored value"),
    }
    return names.get(PaymentKind(kind)) or stores_selectors.tender_name(tender)


def _names(names: Iterable[str]) -> str:
    return _(", ").join(dict.fromkeys(names))
