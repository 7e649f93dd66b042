"""What stands in the database afterwards, beside the file and what tills were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from benchmarks.replay.history import Purchase
from benchmarks.replay.play import Guest, reference
from benchmarks.replay.tally import Tally
from checkout.models import PaymentKind, Sale, SalePayment
from coupons.models import Coupon
from ledger import services as ledger_services
from members.models import Member
from recognition.models import Visit
from stored_value.models import TopUp


@dataclass(frozen=True, slots=True)
class Sums:
    """What the tables say; money in minor units."""

    sales: Mapping[str, int]
    own_value: Mapping[str, int]
    top_ups: Mapping[str, int]
    coupons: Mapping[str, int]
    proof: ledger_services.Proof


def sums() -> Sums:
    """Add everything up, and prove the books."""
    sales = Sale.objects.aggregate(
        count=Count("pk"),
        **{
            name: Coalesce(Sum(name), 0)
            for name in (
                *("gross", "discount", "net", "paid", "due"),
                *("points_earned", "points_spent", "growth_earned"),
            )
        },
    )
    own = SalePayment.objects.filter(kind=PaymentKind.STORED_VALUE).aggregate(
        count=Count("pk"),
        **{name: Coalesce(Sum(name), 0) for name in ("amount", "principal", "bonus")},
    )
    top_ups = TopUp.objects.aggregate(
        count=Count("pk"),
        **{name: Coalesce(Sum(name), 0) for name in ("paid", "bonus")},
    )
    coupons = {
        row["status"]: row["n"]
        for row in Coupon.objects.values("status").annotate(n=Count("pk"))
    }
    return Sums(sales, own, top_ups, coupons, ledger_services.prove_books())


def faults(
    purchases: Sequence[Purchase], guests: Sequence[Guest], tally: Tally, found: Sums
) -> list[str]:
    """Whatever is lost, doubled, or not as it was told; nothing when all is well."""
    told = list(tally.faults)
    expected = {reference(p): p.gross for p in purchases if p.gross or p.member}
    rows = list(Sale.objects.order_by("at", "pk"))
    _compare(
        told,
        "sales",
        expected,
        _once(told, "sales", [(row.reference, row.gross) for row in rows]),
    )
    if found.sales["gross"] != sum(expected.values()):
        told.append(f"gross is {found.sales['gross']}, not {sum(expected.values())}")
    _compare(told, "told sales", tally.sales, {r.reference: str(r.pk) for r in rows})
    _in_order(told, rows)
    _compare(
        told,
        "top-ups",
        {identity: key for key, identity in tally.top_ups.items()},
        {str(row.entry_id): row.reference for row in TopUp.objects.all()},
    )
    given = set(tally.coupons.values())
    there = {str(pk) for pk in Coupon.objects.values_list("pk", flat=True)}
    if given != there:
        told.append(f"{len(there)} coupons are there, {len(given)} were told of")
    somebody = {guest.identity for guest in guests if guest.is_somebody}
    members = {str(pk) for pk in Member.objects.values_list("public_id", flat=True)}
    if somebody != members:
        told.append(f"{len(members)} members are there, {len(somebody)} enrolled")
    visits = Visit.objects.filter(source="checkout").count()
    with_member = sum(1 for row in rows if row.member_id is not None)
    if visits != with_member:
        told.append(f"{visits} visits were noted of {with_member} members' sales")
    if not found.proof.is_proven:
        told += [f"the books: {row}" for row in found.proof.differences[:5]]
        told.append("the books are NOT proven")
    return told


def _once(
    told: list[str], what: str, rows: Sequence[tuple[str, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in rows:
        if name in found:
            told.append(f"{what}: {name} is there twice")
        found[name] = value
    return found


def _compare(
    told: list[str], what: str, wanted: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    lost, strange = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    other = [
        name for name in wanted.keys() & found.keys() if wanted[name] != found[name]
    ]
    for words, names in (("lost", lost), ("too many", strange), ("differ", other)):
        if names:
            told.append(f"{what}, {words}: {len(names)}, such as {min(names)}")


def _in_order(told: list[str], rows: Sequence[Sale]) -> None:
    """Each member bought in the order of the file."""
    last: dict[int, str] = {}
    for row in rows:
        if row.member_id is None:
            continue
        if row.reference <= last.get(row.member_id, ""):
            told.append(f"{row.reference} came after {last[row.member_id]}")
        last[row.member_id] = row.reference
