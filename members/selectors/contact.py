"""Whom we may write to, about what, and how."""

from django.db.models import Exists, OuterRef, QuerySet

from members.models import Consent, ConsentNow, ConsentText, Member, Purpose


def may_contact(member: Member, purpose: str, channel: str) -> bool:
    """May this member be contacted so? Their own business needs no consent."""
    if not member.is_active:
        return False
    if purpose == Purpose.TRANSACTIONAL:
        return True
    return ConsentNow.objects.filter(
        member=member, purpose=purpose, channel=channel, granted=True
    ).exists()


def contactable(purpose: str, channel: str) -> QuerySet[Member]:
    """Every member who may be contacted so, for segments; one join, no history."""
    active = Member.objects.filter(status=Member.Status.ACTIVE)
    if purpose == Purpose.TRANSACTIONAL:
        return active
    agreed = ConsentNow.objects.filter(
        member=OuterRef("pk"), purpose=purpose, channel=channel, granted=True
    )
    return active.filter(Exists(agreed))


def consents_standing(member_id: int) -> list[Consent]:
    """The decision that stands for each purpose and channel."""
    standing = ConsentNow.objects.filter(member=member_id).select_related(
        "consent__text", "consent__store"
    )
    return [now.consent for now in standing.order_by("purpose", "channel")]


def consent_texts() -> list[ConsentText]:
    """The newest text of each purpose that members are asked about."""
    newest = ConsentText.objects.order_by("purpose", "-version").distinct("purpose")
    return list(newest)
