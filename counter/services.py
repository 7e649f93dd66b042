"""The little that the counter itself decides: which screen is which till."""

from datetime import datetime

from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import NotAllowed, ProofRefused
from stores.models import Till, User

CHOOSE = "stores.change_till"


def prove_manager(
    *, user: User, till: Till, name: str, secret: str, at: datetime, request_id: str
) -> User:
    """Whoever may say which till a screen is: the one signed in, else somebody beside
    them who proves it. Raises NotAllowed, ProofRefused, ProofLocked.
    """
    if stores_selectors.user_may(user, CHOOSE, store=till.store):
        return user
    manager = User.objects.filter(username__iexact=name.strip()).first()
    if manager is None:
        raise ProofRefused
    if not stores_selectors.user_may(manager, CHOOSE, store=till.store):
        raise NotAllowed(permission=CHOOSE)
    stores_services.prove(user=manager, secret=secret, at=at, request_id=request_id)
    return manager


def bind_till(*, till: Till, by: User, at: datetime, request_id: str) -> None:
    """Write into the log who made a screen this till. Raises NotAllowed."""
    if not stores_selectors.user_may(by, CHOOSE, store=till.store):
        raise NotAllowed(permission=CHOOSE)
    stores_services.record_act(
        name="counter.till_bound",
        by=stores_services.act(
            staff=by, store=till.store, at=at, request_id=request_id
        ),
        at=at,
        subject=till,
    )
