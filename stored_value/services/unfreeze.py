"""Lifting a freeze that a member put on their own spending, against a proof.

The rotating code is none: whoever has the phone in hand shows it.
"""

from datetime import datetime

from django.db import transaction

from accounts import services as accounts_services
from accounts.models import CodePurpose, MemberDevice
from ledger.services import Act
from members import services as members_services
from stored_value.errors import CodeNeeded, CodeProofNeeded
from stored_value.models import PaymentCode
from stores import services as stores_services
from stores.models import Approval

from .codes import SET, prove_payment_code, subject_of_code


def unfreeze_spending(
    *,
    member_id: int,
    by: Act,
    at: datetime,
    payment_code: str = "",
    approval: Approval | None = None,
) -> None:
    """The member's spending is free again: by their payment code, on a phone or at a
    till, or by an approver who knows them. Harmless twice.

    A wrong code is counted whatever comes of it. Raises CodeRefused, CodeLocked,
    CodeProofNeeded, ApprovalNotUsable, NotAllowed, MemberNotActive.
    """
    stores_services.require_for(by, SET)
    if payment_code:
        prove_payment_code(member_id=member_id, code=payment_code, by=by, at=at)
    elif approval is None:
        raise CodeProofNeeded(act=SET)
    with transaction.atomic():
        if not payment_code:
            by = stores_services.use_limit(
                by=by,
                act=SET,
                amount=0,
                at=at,
                approval=approval,
                subject=subject_of_code(member_id),
            )
        members_services.unfreeze_step(member_id=member_id, by=by, at=at)


def unfreeze_by_phone(
    *, device: MemberDevice, code: str, by: Act, at: datetime
) -> None:
    """The same for a member without a payment code: by a code sent to the phone.

    Who has a payment code gives that: whoever holds the phone reads what is sent to it.
    Raises CodeNeeded, SignInCodeNotAccepted, ProofMissing, MemberNotActive.
    """
    if PaymentCode.objects.filter(member_id=device.member_id).exists():
        raise CodeNeeded
    accounts_services.prove(
        device=device, purpose=CodePurpose.UNFREEZE, code=code, at=at
    )
    with transaction.atomic(durable=True):
        accounts_services.use_proof_step(
            device=device, purpose=CodePurpose.UNFREEZE, at=at
        )
        members_services.unfreeze_step(member_id=device.member_id, by=by, at=at)
