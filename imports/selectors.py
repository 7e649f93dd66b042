"""Finding members by what they were called before."""

from imports.models import ExternalRef


def members_by_reference(text: str) -> list[int]:
    """The members that an old number, or that of an old card, means; few, or none."""
    found = ExternalRef.objects.filter(
        reference=text.strip(), kind__in=["member", "card"], erased=False
    ).order_by("pk")
    return list(dict.fromkeys(found.values_list("member_id", flat=True)[:20]))
