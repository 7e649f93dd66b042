"""Who may do it: asked of the person behind an act; tasks and members have no role."""

from ledger.services import Act
from stores import selectors as stores_selectors
from stores.errors import NotAllowed
from stores.models import Store, User


def may(by: Act, permission: str) -> None:
    """Refuse a person who may not do this at the act's store (none: everywhere)."""
    if by.staff_id is None:
        return
    user = User.objects.get(pk=by.staff_id)
    if by.store_id is None:
        allowed = stores_selectors.user_may_everywhere(user, permission)
    else:
        store = Store.objects.get(pk=by.store_id)
        allowed = stores_selectors.user_may(user, permission, store=store)
    if not allowed:
        raise NotAllowed(permission=permission)
