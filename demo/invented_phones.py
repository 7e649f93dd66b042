"""Phones of members to be, while looking around in the portal."""

from typing import Final

from django.db.models import QuerySet
from django.utils.timezone import now  # noqa: TID251 (a newcomer looks just now)

from ledger import selectors as ledger_selectors
from ledger.kinds import AccountKind
from members.models import Member

# Where the demo's numbers lie: nobody's, and so nobody else's members either.
RANGE: Final = "+86199"
COUNTRY: Final = "+86"
LOOKED_AT: Final = 200
MONEY: Final = (AccountKind.PRINCIPAL, AccountKind.BONUS)


def with_wallets(*, limit: int) -> list[str]:
    """As somebody there would type them: those who have most in their wallets."""
    return [_typed(member.phone or "") for member in members_with_wallets(limit=limit)]


def members_with_wallets(*, limit: int) -> list[Member]:
    """Whom to be: those who have most in their wallets."""
    invented: QuerySet[Member] = Member.objects.filter(
        status=Member.Status.ACTIVE, phone__startswith=RANGE
    ).order_by("pk")[:LOOKED_AT]
    rich = sorted(
        ((_money_of(member), member) for member in invented),
        key=lambda pair: (-pair[0], pair[1].pk),
    )
    return [member for money, member in rich[:limit] if money]


def _money_of(member: Member) -> int:
    held = ledger_selectors.usable_of(
        holder_kind="member", holder_id=member.pk, at=now()
    )
    return sum(one.amount for one in held if one.kind in MONEY)


def _typed(phone: str) -> str:
    national = phone.removeprefix(COUNTRY)
    return f"{national[:3]} {national[3:7]} {national[7:]}"
