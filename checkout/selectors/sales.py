"""Bills that were settled: whose they are, and what stands for them in the books."""

from django.db.models import Q, QuerySet

from checkout.models import Sale
from members.models import Member


def of_member(member_id: int) -> QuerySet[Sale]:
    """The bills of a member, and those of whoever was merged into them."""
    merged = Member.objects.filter(merged_into_id=member_id).values("pk")
    return Sale.objects.filter(
        Q(member_id=member_id) | Q(member__in=merged)
    ).select_related("store")
