"""Coupons locked in key order, so that two who want the same ones never wait in a
circle."""

from collections.abc import Iterable

from coupons.models import Coupon


def locked(ids: Iterable[int]) -> list[Coupon]:
    """These coupons with their terms, held until the end of the transaction."""
    rows = Coupon.objects.filter(pk__in=list(ids)).select_related("version")
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def locked_one(coupon_id: int) -> Coupon | None:
    """One of them, or None where there is none."""
    found = locked([coupon_id])
    return found[0] if found else None
