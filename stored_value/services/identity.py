"""A phone, a name or a number only identifies: what is asked of it above the limit."""

from dataclasses import replace
from datetime import datetime

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.numbers import digits_of
from cards.tokens import looks_like_code
from ledger.services import Act
from stored_value.errors import CodeNeeded, VouchingNeeded
from stored_value.holders import Holder
from stored_value.selectors.wallets import terms_at
from stores import services as stores_services
from stores.models import Approval, Store, User

from .codes import NO_DOUBT, prove_payment_code, shown_by
from .waiting import require_settled_phone


def prove_identity(*, holder: Holder, code: str, by: Act, at: datetime) -> bool:
    """Whether the member gave a code of their own: the one on their phone, which is
    used up, or the payment code. False where nothing was given.

    A transaction of its own, to be called before the act's: a wrong try is counted
    whatever comes of it. Raises CodeRefused, CodeLocked, CodesLocked, CodeNeeded.
    """
    typed = code.strip()
    if not typed:
        return False
    if looks_like_code(digits_of(typed)):
        shown = cards_services.use_rotating_code(code=typed, at=at, by=by)
        if holder not in shown_by(shown):
            raise CodeNeeded
        return True
    if holder.is_bearer:
        raise CodeNeeded
    prove_payment_code(member_id=holder.id, code=typed, by=by, at=at)
    return True


def require_identity(
    *,
    holder: Holder,
    amount: int,
    by: Act,
    at: datetime,
    act: str,
    subject: str,
    is_proven: bool,
    approval: Approval | None = None,
) -> Act:
    """A step: what leaves a wallet above the shop's limit needs the member's own code,
    or, where the policy says so, an approver; the act names who vouched.

    Nobody vouches for a bearer card. Raises CodeNeeded, VouchingNeeded,
    ApprovalNotUsable, SpendingWaits.
    """
    policy = terms_at(at).policy
    is_asked = cards_selectors.needs_code(
        amount=amount, anonymous=holder.is_bearer, at=at
    ) or (not holder.is_bearer and amount > policy.code_from)
    if is_asked and not by.actor.startswith("system:") and by.approver_id is None:
        require_settled_phone(member_id=holder.member_id, at=at)
    is_known = is_proven or by.actor.startswith(NO_DOUBT) or by.approver_id is not None
    if not is_asked or is_known:
        return by
    if holder.is_bearer or by.staff_id is None or not policy.approver_may_vouch:
        raise CodeNeeded
    if approval is None:
        raise VouchingNeeded(act=act, amount=amount)
    stores_services.consume_approval(
        approval=approval,
        act=act,
        maker=User.objects.get(pk=by.staff_id),
        amount=amount,
        store=Store.objects.get(pk=by.store_id or 0),
        subject=subject,
        at=at,
    )
    return replace(by, approver_id=stores_services.approver_of(approval))


def require_identity_of_member(
    *,
    by: Act,
    member_id: int,
    amount: int,
    act: str,
    subject: str,
    at: datetime,
    is_proven: bool,
    approval: Approval | None,
) -> Act:
    """The same for what a member pays with points (`points.identity`)."""
    return require_identity(
        holder=Holder.member(member_id),
        amount=amount,
        by=by,
        at=at,
        act=act,
        subject=subject,
        is_proven=is_proven,
        approval=approval,
    )
