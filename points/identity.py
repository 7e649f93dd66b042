"""Whether whoever spends what a member holds has shown to be them.

The rule is stored value's, whose codes prove it; it is registered from there.
"""

from datetime import datetime
from typing import Protocol

from ledger.services import Act
from stores.models import Approval


class IdentityRule(Protocol):
    """Answers the act, with the approver who vouched, or refuses."""

    def __call__(
        self,
        *,
        by: Act,
        member_id: int,
        amount: int,
        act: str,
        subject: str,
        at: datetime,
        is_proven: bool,
        approval: Approval | None,
    ) -> Act: ...


_rules: list[IdentityRule] = []


def register(rule: IdentityRule) -> None:
    """Called by an app's `ready`; the last one counts."""
    _rules[:] = [rule]


def require(
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
    """A step: above the shop's limit (minor units) the member's own code, or an
    approver where the shop lets one vouch. Raises what the rule refuses.
    """
    for rule in _rules:
        by = rule(
            by=by,
            member_id=member_id,
            amount=amount,
            act=act,
            subject=subject,
            at=at,
            is_proven=is_proven,
            approval=approval,
        )
    return by
