"""Goods that were bought at one store and brought back to another."""

from datetime import date, datetime

from django.db.models import QuerySet

from checkout.models import CheckoutPolicy, Refund, Sale
from checkout.models.policy import Returns
from policies import selectors as policies_selectors
from stores.models import Store


def takes_back(sale: Sale, *, store_id: int | None, at: datetime) -> bool:
    """Whether a store (None: the head office) may take back this sale at all."""
    if store_id in (None, sale.store_id):
        return True
    policy = policies_selectors.in_force(CheckoutPolicy, at=at)
    if policy.returns == Returns.SAME_STORE:
        return False
    here = Store.objects.only("code").get(pk=store_id).code
    return policy.takes_back(sold_at=sale.store.code, here=here)


def returnable_stores(store: Store, *, at: datetime) -> list[Store]:
    """The other stores whose sales this one takes back, in order of their codes."""
    policy = policies_selectors.in_force(CheckoutPolicy, at=at)
    others = Store.objects.exclude(pk=store.pk).order_by("code")
    return [
        other
        for other in others
        if policy.takes_back(sold_at=other.code, here=store.code)
    ]


def sold_at(
    code: str, reference: str, *, day: date | None, here: Store, at: datetime
) -> QuerySet[Sale]:
    """The bills of this number of a store, on a day that is named, as far as they are
    taken back here; the newest first.
    """
    policy = policies_selectors.in_force(CheckoutPolicy, at=at)
    if day is None or not policy.takes_back(sold_at=code, here=here.code):
        return Sale.objects.none()
    rows = Sale.objects.filter(store__code=code, reference=reference)
    return rows.filter(business_date=day).order_by("-at", "-pk")


def sold_elsewhere(
    *, store: Store, reference: str, day: date, net: int, at_store: Store, at: datetime
) -> Sale | None:
    """The one bill of another store that a receipt is of: its number, its day and what
    was paid; None where there is none, or several, or it is not taken back here.
    """
    rows = Sale.objects.filter(
        store=store, reference=reference, business_date=day, net=net
    ).select_related("store")
    found = list(rows[:2])
    if len(found) != 1 or not takes_back(found[0], store_id=at_store.pk, at=at):
        return None
    return found[0]


def given_back_here(store: Store, *, day: date) -> QuerySet[Refund]:
    """What a store gave back on a business day of what others sold, newest first."""
    rows = Refund.objects.filter(store=store, business_date=day)
    return (
        rows.exclude(sale__store=store)
        .select_related("sale__store", "staff")
        .order_by("-at", "-pk")
    )
