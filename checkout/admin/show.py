"""What a sale's page tells, table by table."""

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from checkout.models import Exchange, PaymentKind, Refund, Sale, SalePayment
from common.money import format_count, format_money
from common.quantity import format_quantity
from common.tables import clock, link, number, table
from coupons.models import CouponUse
from stores import selectors as stores_selectors
from stores.admin.actors import by_whom, with_actor

LINES_SHOWN = 200


def lines(sale: Sale) -> str:
    """What was sold, and what of it was refunded."""
    return table(
        [
            _("Item"),
            number(_("Quantity")),
            number(_("Price")),
            number(_("Gross")),
            number(_("Net")),
            number(_("Refunded")),
        ],
        (
            (
                line.name or line.sku or f"#{line.place}",
                format_quantity(line.thousandths),
                "" if line.unit_price is None else format_money(line.unit_price),
                format_money(line.gross),
                format_money(line.net),
                format_money(line.refunded),
            )
            for line in sale.lines.order_by("place")[:LINES_SHOWN]
        ),
    )


def discounts(sale: Sale) -> str:
    """What was taken off, in the order in which it was."""
    return table(
        [_("Kind"), pgettext("of a thing", "Name"), number(_("Amount"))],
        (
            (row.get_kind_display(), row.name, format_money(row.amount))
            for row in sale.discounts.order_by("place")
        ),
    )


def payments(sale: Sale) -> str:
    """What paid it, and what of that was given back."""
    rows = sale.payments.select_related("holder").order_by("place")
    return table(
        [_("Paid with"), _("Of"), number(_("Amount")), number(_("Given back"))],
        (
            (
                paid_with(row),
                _of(row),
                format_money(row.amount),
                format_money(row.returned),
            )
            for row in rows
        ),
    )


def paid_with(row: SalePayment) -> str:
    """Points, a gift card, stored value, or the way in which money came."""
    if row.kind == PaymentKind.TENDER:
        return stores_selectors.tender_name(row.tender)
    return capfirst(row.get_kind_display())


def _of(row: SalePayment) -> str:
    if row.kind == PaymentKind.POINTS:
        return _("%(points)s points") % {"points": format_count(row.points)}
    if row.kind == PaymentKind.GIFT_CARD:
        return f"… {row.last4}"
    if row.kind == PaymentKind.STORED_VALUE:
        parts = _("principal %(principal)s, bonus %(bonus)s") % {
            "principal": format_money(row.principal),
            "bonus": format_money(row.bonus),
        }
        shared = row.holder_id is not None and row.holder_id != row.sale.member_id
        return f"{row.holder}: {parts}" if shared else parts
    return row.reference or "–"


def refunds(sale: Sale) -> str:
    """What was given back, each with the way to its page."""
    rows = with_actor(Refund.objects.filter(sale=sale).order_by("at", "pk"))
    return table(
        [
            _("When"),
            number(_("Amount")),
            number(_("Money handed back")),
            _("Reason"),
            _("By"),
        ],
        (
            (
                link(
                    clock(row.at, sale.store.zone),
                    reverse("admin:checkout_refund_change", args=[row.pk]),
                ),
                format_money(row.amount),
                format_money(row.paid_out),
                row.reason,
                by_whom(row),
            )
            for row in rows
        ),
    )


def exchange(sale: Sale) -> str:
    """Of which bill goods were brought back for this one, and for which of this one."""
    made = Exchange.objects.filter(Q(sale=sale) | Q(refund__sale=sale))
    rows = made.select_related("sale", "refund__sale").order_by("at")
    return table(
        [
            _("Brought back"),
            _("Taken for it"),
            number(_("Set off")),
            number(_("Paid in addition")),
            number(_("Handed out")),
        ],
        (
            (
                _bill(one.refund.sale, sale),
                _bill(one.sale, sale),
                format_money(one.offset),
                format_money(one.to_pay),
                format_money(one.paid_out),
            )
            for one in rows
        ),
    )


def _bill(sale: Sale, here: Sale) -> str:
    """A bill by its number, with the way to its page from another's."""
    if sale.pk == here.pk:
        return sale.reference
    way = reverse("admin:checkout_sale_change", args=[sale.pk])
    return link(sale.reference, way)


def earned(sale: Sale) -> str:
    """How many points came, and the way to why."""
    return _points(sale.points_earned, "accrual", sale.accrual_id)


def spent(sale: Sale) -> str:
    """How many points paid, and the way to what came back of them."""
    return _points(sale.points_spent, "redemption", sale.redemption_id)


def _points(amount: int, page: str, row_id: int | None) -> str:
    written = format_count(amount)
    if row_id is None:
        return written
    return link(written, reverse(f"admin:points_{page}_change", args=[row_id]))


def coupons(sale: Sale) -> str:
    """What was done with coupons for this bill."""
    uses = CouponUse.objects.filter(reference=f"sale:{sale.pk}").order_by("pk")
    return table(
        [_("Coupon"), _("Act"), number(_("Saved"))],
        (
            (
                link(
                    f"#{use.coupon_id}",
                    reverse("admin:coupons_coupon_change", args=[use.coupon_id]),
                ),
                use.get_act_display(),
                format_money(use.saving),
            )
            for use in uses
        ),
    )


def entry(sale: Sale) -> str:
    """The way to the entry in the books."""
    if sale.entry_id is None:
        return "–"
    way = reverse("admin:ledger_entry_change", args=[sale.entry_id])
    return link(sale.entry_id, way)
