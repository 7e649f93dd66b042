"""Bills that were settled: whose they are, and what stands for them in the books."""

from uuid import UUID

from django.db.models import Q, QuerySet

from checkout.errors import SaleUnknown
from checkout.models import Sale
from members.models import Member


def of_member(member_id: int) -> QuerySet[Sale]:
    """The bills of a member, and those of whoever was merged into them."""
    merged = Member.objects.filter(merged_into_id=member_id).values("pk")
    return Sale.objects.filter(
        Q(member_id=member_id) | Q(member__in=merged)
    ).select_related("store")


def find_sale(*, sale_id: UUID, store_id: int | None) -> Sale:
    """A sale of this store (None: of any). Raises SaleUnknown, for others' too."""
    rows = Sale.objects.filter(pk=sale_id)
    if store_id is not None:
        rows = rows.filter(store_id=store_id)
    found = rows.first()
    if found is None:
        raise SaleUnknown
    return found
