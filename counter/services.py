"""What the counter does as one: a screen becomes a till, a stranger a member."""

from datetime import datetime

from django.db import transaction

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import CardNotInStock
from cards.models import CardEvent, CardKind
from ledger.services import Act
from members import services as members_services
from members.models import Channel, Member, Purpose, Source
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
    try:
        manager = User.objects.get_by_natural_key(User.normalize_username(name.strip()))
    except User.DoesNotExist as unknown:
        raise ProofRefused from unknown
    if not stores_selectors.user_may(manager, CHOOSE, store=till.store):
        raise NotAllowed(permission=CHOOSE)
    stores_services.prove(
        user=manager, secret=secret, by=user, at=at, request_id=request_id
    )
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


@transaction.atomic
def enrol(
    *,
    name: str,
    phone: str,
    gender: str,
    agrees: bool,
    number: str,
    by: Act,
    at: datetime,
    key: str,
) -> Member:
    """Take somebody in with what they agree to and a card: the one that was scanned,
    else the free one on the phone where the shop has one. All of it or nothing.

    Raises what enrolling, consents and cards refuse.
    """
    done = CardEvent.objects.filter(key=f"{key}:card").select_related("card__member")
    first = done.first()
    if first is not None and first.card.member is not None:
        return first.card.member
    member = members_services.enrol(by=by, at=at, name=name, phone=phone, gender=gender)
    if agrees:
        members_services.give_consent(
            member_id=member.pk,
            purpose=Purpose.MARKETING,
            channels=[Channel.SMS],
            source=Source.COUNTER,
            by=by,
            at=at,
        )
    kind = _kind_of(number)
    if kind is not None:
        cards_services.issue(
            kind_id=kind.pk,
            member_id=member.pk,
            number=number,
            by=by,
            at=at,
            key=f"{key}:card",
        )
    return member


def _kind_of(number: str) -> CardKind | None:
    """The kind of the card that was scanned, or of the free one on the phone."""
    if number.strip():
        scanned = cards_selectors.card_by_number(number)
        if scanned is None:
            raise CardNotInStock
        return scanned.kind
    kinds = CardKind.objects.filter(form=CardKind.Form.VIRTUAL, price=0, is_active=True)
    return kinds.order_by("pk").first()
