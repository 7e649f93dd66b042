"""Endpoints, events and messages for tests."""

from datetime import UTC, datetime
from typing import Any

from factory.declarations import LazyFunction, Sequence
from factory.django import DjangoModelFactory

from outbox import services as outbox_services
from outbox.addresses import Target
from outbox.kinds import EventKind
from outbox.messages import Parcel
from outbox.models import Delivery, Event, WebhookEndpoint
from outbox.sealing import new_secret, seal
from stores.models import Store

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class EndpointFactory(DjangoModelFactory[WebhookEndpoint]):
    class Meta:
        model = WebhookEndpoint

    name = Sequence(lambda n: f"Accounting {n}")
    url = Sequence(lambda n: f"https://hooks{n}.example.com/regulars")
    sealed_secret = LazyFunction(lambda: seal(new_secret()))
    created_at = NOON


def happened(
    kind: EventKind = EventKind.TOP_UP_MADE,
    *,
    subject: str = "1",
    store: Store | None = None,
    at: datetime = NOON,
) -> Event:
    """An event, recorded as apps do it."""
    event_id = outbox_services.record(
        kind=kind,
        subject=subject,
        store_id=store.pk if store is not None else None,
        payload={"amount": 100_00},
        at=at,
    )
    return Event.objects.get(pk=event_id)


def on_its_way(endpoint: WebhookEndpoint, *, at: datetime = NOON) -> Delivery:
    """A delivery that waits for a courier."""
    event = happened(store=endpoint.store, at=at)
    outbox_services.fan_out(at=at, most=1000)
    return Delivery.objects.get(event=event, endpoint=endpoint)


def a_parcel(target: Target | None, **fields: Any) -> Parcel:
    """A message in hand that no row stands behind."""
    usual: dict[str, Any] = {
        "delivery_id": 1,
        "attempt": 1,
        "taken_at": NOON,
        "message_id": "0199-test",
        "body": '{"type":"webhook.test"}',
        "secrets": (SECRET,),
    }
    return Parcel(target=target, **{**usual, **fields})
