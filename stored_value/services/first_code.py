"""A first payment code, set with a code that was sent to the member's phone.

The same for a till and the portal: `browser` is what the code is bound to (the
browser's own secret, or a counter's), `address` where requests are counted. Limits,
digests and tries are those of every code (`accounts.services.codes`).
"""

from datetime import datetime

from django.db import transaction

from accounts import services as accounts_services
from accounts.errors import SignInCodeNotAccepted
from accounts.models import CodePurpose, CodeState
from accounts.services import CodeRequest
from ledger.services import Act
from members import services as members_services
from members.models import Member
from stored_value.errors import FirstCodeOnly, PhoneCodeNotSent
from stored_value.holders import Holder
from stored_value.models import PaymentCode
from stores import services as stores_services

from .codes import SET, hash_payment_code
from .doing import require_in_use


def send_phone_code(
    *, member_id: int, browser: str, address: str, language: str, by: Act, at: datetime
) -> datetime:
    """Send a code to the member's phone, until when it is valid. A doubled tap is one.

    Transactions of their own. Raises FirstCodeOnly, PhoneCodeNotSent, NotAllowed.
    """
    stores_services.require_for(by, SET)
    member = Member.objects.filter(
        pk=member_id, status=Member.Status.ACTIVE, phone__isnull=False
    ).first()
    if member is None or not member.phone:
        raise PhoneCodeNotSent
    if PaymentCode.objects.filter(member_id=member_id).exists():
        raise FirstCodeOnly
    row = accounts_services.request_code(
        request=CodeRequest(
            phone=member.phone,
            browser=browser,
            address=address,
            language=member.language or language,
            purpose=CodePurpose.PAYMENT_CODE,
        ),
        at=at,
    )
    if row.state != CodeState.SENT or row.member_id != member_id:
        raise PhoneCodeNotSent
    stores_services.record_act(
        name="stored_value.phone_code_sent", by=by, at=at, subject=row
    )
    return row.expires_at


def set_first_payment_code(
    *,
    member_id: int,
    code: str,
    phone_code: str,
    browser: str,
    by: Act,
    at: datetime,
) -> None:
    """Give a member their first payment code: the code from their phone proves them.

    A transaction of its own; a wrong try is counted whatever comes of it. Raises
    CodeTooSimple, SignInCodeNotAccepted, FirstCodeOnly, NotAllowed, and what a wallet
    that is not in use refuses.
    """
    hashed = hash_payment_code(code)
    stores_services.require_for(by, SET)
    if not _set(member_id, hashed, phone_code, browser, by, at):
        raise SignInCodeNotAccepted


@transaction.atomic(durable=True)
def _set(
    member_id: int, hashed: str, phone_code: str, browser: str, by: Act, at: datetime
) -> bool:
    """Under the lock of the request's row: two who send the same code are one."""
    proven = accounts_services.check_code(
        code=phone_code, browser=browser, purpose=CodePurpose.PAYMENT_CODE, at=at
    )
    if proven is None or proven.member_id != member_id:
        return False
    require_in_use(Holder.member(member_id))
    members_services.refuse_frozen_step(member_id)
    row, is_first = PaymentCode.objects.get_or_create(
        member_id=member_id, defaults={"code_hash": hashed, "set_at": at}
    )
    if not is_first:
        raise FirstCodeOnly
    stores_services.record_act(
        name="stored_value.code_set",
        by=by,
        at=at,
        subject=row,
        facts={"proof": "phone"},
    )
    return True
