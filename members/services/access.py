"""Who may do what to a member: staff by permission, members to themselves."""

from ledger.services import Act
from stores import selectors as stores_selectors
from stores.errors import NotAllowed
from stores.models import Store, User

MEMBER = "member:"


def require(by: Act, permission: str) -> None:
    """Refuse a person who may not; tasks and other programs are let in by their own.

    A member never does what staff need a permission for. Raises NotAllowed.
    """
    if is_a_member(by):
        raise NotAllowed(permission=permission)
    if by.staff_id is None:
        return
    user = User.objects.filter(pk=by.staff_id).first()
    store = Store.objects.get(pk=by.store_id) if by.store_id is not None else None
    if user is None or not stores_selectors.user_may(user, permission, store=store):
        raise NotAllowed(permission=permission)


def require_self_or(by: Act, member_id: int, permission: str) -> None:
    """The member themselves, or someone with the permission. Raises NotAllowed."""
    if not is_self(by, member_id):
        require(by, permission)


def require_self(by: Act, member_id: int, permission: str) -> None:
    """The member alone: what nobody does for somebody else. Raises NotAllowed."""
    if not is_self(by, member_id):
        raise NotAllowed(permission=permission)


def is_self(by: Act, member_id: int) -> bool:
    """Whether this very member does it."""
    return by.actor == f"{MEMBER}{member_id}"


def is_a_member(by: Act) -> bool:
    """Whether a member does this for themselves."""
    return by.actor.startswith(MEMBER)
