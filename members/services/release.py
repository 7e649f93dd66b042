"""Letting a former number go: carriers give one to somebody new after some months."""

from datetime import datetime

from django.db import transaction

from common.text import one_line
from ledger.services import Act
from members.errors import MemberUnknown, NoFormerPhone
from members.models import Member
from stores import services as stores_services
from stores.errors import ReasonMissing

from .access import require
from .locks import lock_whole

RELEASE = "members.change_phone"


@transaction.atomic
def release_phone(*, member_id: int, reason: str, by: Act, at: datetime) -> Member:
    """Take the phone off a row that was merged, so that it finds nobody and may be
    somebody else's. Whom it was merged into is left as they are.

    Raises MemberUnknown, MemberBusy, NoFormerPhone, ReasonMissing, NotAllowed.
    """
    require(by, RELEASE)
    why = one_line(reason, 200)
    if not why:
        raise ReasonMissing
    member = lock_whole([member_id]).get(member_id)
    if member is None:
        raise MemberUnknown
    if member.status != Member.Status.MERGED or member.phone is None:
        raise NoFormerPhone
    member.phone = None
    member.save(update_fields=["phone"])
    stores_services.record_act(
        name="members.phone_released",
        by=by,
        at=at,
        subject=member,
        facts={"merged_into": member.merged_into_id, "reason": why},
    )
    return member
