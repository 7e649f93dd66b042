"""What is left of a bill once something of it went back, as lines to be priced anew."""

from collections.abc import Sequence

from checkout.bill import Line
from checkout.kept import KeptBill
from checkout.models import DiscountKind, LineKind, Sale, SaleDiscount, SaleLine
from common.quantity import PIECE
from coupons.kinds import CouponAct, CouponStatus
from coupons.models import Coupon, CouponUse

from .doing import Doing


def kept_of(doing: Doing, lines: Sequence[SaleLine]) -> KeptBill | None:
    """Nothing where nothing is left."""
    if doing.is_whole:
        return None
    return kept_bill(
        lines,
        doing.per_line,
        doing.returned,
        reference=doing.sale.reference,
        member_price_off=_member_prices(doing.sale, len(lines)),
        coupons=used_coupons(doing.sale),
    )


def kept_bill(
    lines: Sequence[SaleLine],
    per_line: Sequence[int],
    returned: Sequence[int],
    *,
    reference: str,
    member_price_off: Sequence[int],
    coupons: Sequence[Coupon],
) -> KeptBill:
    """What is left of lines of which so much goes back, with the coupons on them."""
    rest = [
        _rest_of(line, share, back)
        for line, share, back in zip(lines, per_line, returned, strict=True)
    ]
    charges = [is_reckoned_charge(line) for line in lines]
    kept = [
        _line(line, net, thousandths, member_price_off[at])
        for at, (line, (net, thousandths)) in enumerate(zip(lines, rest, strict=True))
        if thousandths and not charges[at]
    ]
    return KeptBill(
        reference=reference,
        lines=tuple(kept),
        net=sum(net for net, _thousandths in rest),
        charge=sum(
            net for (net, _t), is_charge in zip(rest, charges, strict=True) if is_charge
        ),
        coupons=tuple(_usable(coupon, coupons) for coupon in dict.fromkeys(coupons)),
        coupon_ids=tuple(coupon.pk for coupon in coupons),
    )


def used_coupons(sale: Sale) -> list[Coupon]:
    """The coupons that a sale used and still uses, once for each use."""
    uses = CouponUse.objects.filter(
        reference=f"sale:{sale.pk}", act=CouponAct.REDEEMED, undone_by=None
    )
    rows = uses.select_related("coupon__version").order_by("pk")
    return [use.coupon for use in rows]


def _rest_of(line: SaleLine, share: int, back: int) -> tuple[int, int]:
    """What was paid for the rest of a line, and how much it is, in thousandths."""
    net = line.net - line.refunded - share
    thousandths = line.thousandths - back
    if line.net and not net:
        thousandths = 0
    return net, thousandths


def _line(line: SaleLine, net: int, thousandths: int, off: int) -> Line:
    """The rest of a line at its price; what went by amount lowers it in proportion."""
    gross = line.gross
    if thousandths < line.thousandths:
        gross = gross * thousandths // line.thousandths
        off = off * thousandths // line.thousandths
    elif line.net and net < line.net:
        gross, off = gross * net // line.net, off * net // line.net
    return Line(
        kind=line.kind,
        name=line.name,
        sku=line.sku,
        category=line.category,
        thousandths=thousandths,
        amount=gross,
        member_price=gross - off if off and thousandths == PIECE else None,
        excluded=line.excluded,
    )


def is_reckoned_charge(line: SaleLine) -> bool:
    """Whether it is the service charge that was reckoned on the others."""
    return line.kind == LineKind.SERVICE_CHARGE and not line.name


def _member_prices(sale: Sale, count: int) -> list[int]:
    """What the member price took off each line."""
    rows = SaleDiscount.objects.filter(
        sale=sale, kind__in=[DiscountKind.MEMBER_PRICE, DiscountKind.MEMBER_DAY]
    )
    off = [0] * count
    for row in rows:
        off = [was + more for was, more in zip(off, row.per_line, strict=True)]
    return off


def _usable(coupon: Coupon, used: Sequence[Coupon]) -> Coupon:
    """The coupon as it was before this sale used it."""
    return Coupon(
        id=coupon.pk,
        version=coupon.version,
        member_id=coupon.member_id,
        status=CouponStatus.ISSUED
        if coupon.status == CouponStatus.REDEEMED
        else coupon.status,
        uses=coupon.uses,
        uses_left=coupon.uses_left + used.count(coupon),
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
    )
