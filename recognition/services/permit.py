"""Who may write about a member, and about whom something may still be written."""

from ledger.services import Act
from members.models import Member
from recognition.errors import MemberNotHere
from stores import selectors as stores_selectors
from stores.errors import NotAllowed
from stores.models import Store, User


def may(by: Act, permission: str, *, store_id: int | None = None) -> bool:
    """What a staff member may do at a store; keys and tasks were asked before."""
    if by.staff_id is None:
        return True
    user = User.objects.get(pk=by.staff_id)
    place = by.store_id if store_id is None else store_id
    if place is None:
        return stores_selectors.user_may(user, permission)
    return stores_selectors.user_may(user, permission, store=Store(pk=place))


def require(by: Act, permission: str, *, store_id: int | None = None) -> None:
    """Raises NotAllowed."""
    if not may(by, permission, store_id=store_id):
        raise NotAllowed(permission=permission)


def lock_member(member_id: int, *, by: Act) -> None:
    """A member who is being merged or erased is not written about meanwhile.

    A member acts on nobody else. Raises MemberNotHere, NotAllowed.
    """
    if by.actor.startswith("member:") and by.actor != f"member:{member_id}":
        raise NotAllowed(permission="recognition.describe_member")
    living = Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE)
    if not living.select_for_update(of=("self",), no_key=True).exists():
        raise MemberNotHere
