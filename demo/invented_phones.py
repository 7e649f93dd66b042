"""Phones of members to be, while looking around in the portal."""

from typing import Final

from members.models import Member
from stored_value.models import TopUp

# Where the demo's numbers lie: nobody's, and so nobody else's members either.
RANGE: Final = "+86199"
COUNTRY: Final = "+86"
LOOKED_AT: Final = 200


def with_wallets(*, limit: int) -> list[str]:
    """As somebody there would type them: those who topped up last."""
    latest = (
        TopUp.objects.filter(
            member__status=Member.Status.ACTIVE, member__phone__startswith=RANGE
        )
        .order_by("-at", "-pk")
        .values_list("member__phone", flat=True)[:LOOKED_AT]
    )
    phones = [phone for phone in dict.fromkeys(latest) if phone][:limit]
    return [_typed(phone.removeprefix(COUNTRY)) for phone in phones]


def _typed(phone: str) -> str:
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
