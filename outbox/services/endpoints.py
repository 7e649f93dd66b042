"""Where other programs listen: set up, changed, switched on and off, tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.services import Act
from outbox.addresses import read_url
from outbox.errors import (
    DeliveryOnItsWay,
    EndpointIsOff,
    EndpointIsSo,
    EndpointRefused,
    EndpointUnknown,
)
from outbox.kinds import WANTED, EventKind
from outbox.models import Delivery, Event, WebhookEndpoint
from outbox.sealing import new_secret, seal
from stores import services as stores_services
from stores.models import Store, User

from .record import record

MANAGE: Final = "outbox.manage_webhooks"
LONGEST_NAME: Final = 80
BOTH_SIGN_FOR: Final = timedelta(hours=24)
# Longer than any sending takes: after it, whoever took it up is taken for dead.
LEASE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Made:
    """An endpoint and its secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def add_endpoint(
    *,
    name: str,
    url: str,
    store: Store | None,
    kinds: Sequence[str],
    by: User,
    at: datetime,
    request_id: str = "",
) -> Made:
    """Set up an endpoint for the events of one store, or of all (no store).

    Raises AddressRefused, EndpointRefused, NotAllowed.
    """
    act = _allowed(by, store, at=at, request_id=request_id)
    _check(name, url, kinds)
    secret = new_secret()
    endpoint = WebhookEndpoint(
        name=name.strip(),
        url=url,
        store=store,
        kinds=sorted(set(kinds)),
        sealed_secret=seal(secret),
        created_at=at,
    )
    endpoint.save(force_insert=True)
    _record("outbox.endpoint_added", endpoint, by=act, at=at)
    return Made(endpoint, secret)


@transaction.atomic
def change_endpoint(
    *,
    endpoint_id: int,
    name: str,
    url: str,
    kinds: Sequence[str],
    by: User,
    at: datetime,
    request_id: str = "",
) -> WebhookEndpoint:
    """Another name, address or choice of events; its store stays.

    Raises AddressRefused, EndpointRefused, EndpointUnknown, NotAllowed.
    """
    endpoint = _locked(endpoint_id)
    act = _allowed(by, endpoint.store, at=at, request_id=request_id)
    _check(name, url, kinds)
    endpoint.name, endpoint.url = name.strip(), url
    endpoint.kinds = sorted(set(kinds))
    # What was learnt of the address before says nothing of this one.
    endpoint.failing_since = endpoint.rest_until = None
    endpoint.save(update_fields=["name", "url", "kinds", "failing_since", "rest_until"])
    _record("outbox.endpoint_changed", endpoint, by=act, at=at)
    return endpoint


@transaction.atomic
def rotate_secret(
    *, endpoint_id: int, by: User, at: datetime, request_id: str = ""
) -> Made:
    """A new secret, shown this once; for a day the former one signs beside it.

    Raises EndpointUnknown, NotAllowed.
    """
    endpoint = _locked(endpoint_id)
    act = _allowed(by, endpoint.store, at=at, request_id=request_id)
    secret = new_secret()
    endpoint.former_secret = endpoint.sealed_secret
    endpoint.former_until = at + BOTH_SIGN_FOR
    endpoint.sealed_secret = seal(secret)
    endpoint.save(update_fields=["former_secret", "former_until", "sealed_secret"])
    _record("outbox.secret_changed", endpoint, by=act, at=at)
    return Made(endpoint, secret)


@transaction.atomic
def switch_on(
    *, endpoint_id: int, by: User, at: datetime, request_id: str = ""
) -> None:
    """Send again, from now on. Raises EndpointIsSo, EndpointUnknown, NotAllowed."""
    endpoint = _locked(endpoint_id)
    act = _allowed(by, endpoint.store, at=at, request_id=request_id)
    if endpoint.is_enabled:
        raise EndpointIsSo
    endpoint.is_enabled = True
    endpoint.disabled_at, endpoint.disabled_reason = None, ""
    endpoint.failing_since = endpoint.rest_until = None
    endpoint.save(
        update_fields=[
            "is_enabled",
            "disabled_at",
            "disabled_reason",
            "failing_since",
            "rest_until",
        ]
    )
    _record("outbox.endpoint_switched_on", endpoint, by=act, at=at)


@transaction.atomic
def switch_off(
    *, endpoint_id: int, by: User, at: datetime, request_id: str = ""
) -> None:
    """Send nothing any more. Raises EndpointIsSo, EndpointUnknown, NotAllowed."""
    endpoint = _locked(endpoint_id)
    act = _allowed(by, endpoint.store, at=at, request_id=request_id)
    if not endpoint.is_enabled:
        raise EndpointIsSo
    switch_off_step(endpoint, reason=WebhookEndpoint.Reason.BY_HAND, by=act, at=at)


def switch_off_step(
    endpoint: WebhookEndpoint,
    *,
    reason: WebhookEndpoint.Reason,
    at: datetime,
    by: Act | None = None,
) -> None:
    """A step, for an endpoint that is locked: by hand, or for what it answers."""
    if not endpoint.is_enabled:
        return
    endpoint.is_enabled = False
    endpoint.disabled_at, endpoint.disabled_reason = at, reason
    endpoint.save(update_fields=["is_enabled", "disabled_at", "disabled_reason"])
    _record(
        "outbox.endpoint_switched_off",
        endpoint,
        by=by or stores_services.act(task="webhooks", store=endpoint.store, at=at),
        at=at,
    )


@transaction.atomic
def send_test(
    *, endpoint_id: int, by: User, at: datetime, request_id: str = ""
) -> Delivery:
    """An event that nothing happened for, to this endpoint alone.

    Raises EndpointIsOff, EndpointUnknown, NotAllowed.
    """
    endpoint = _locked(endpoint_id)
    act = _allowed(by, endpoint.store, at=at, request_id=request_id)
    if not endpoint.is_enabled:
        raise EndpointIsOff
    event_id = record(
        kind=EventKind.WEBHOOK_TEST,
        subject=str(endpoint.pk),
        store_id=endpoint.store_id,
        payload={},
        at=at,
    )
    Event.objects.filter(pk=event_id).update(relayed_at=at)  # nobody else hears of it
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(rest_until=None)
    _record("outbox.endpoint_tested", endpoint, by=act, at=at)
    return Delivery.objects.create(event_id=event_id, endpoint=endpoint, next_at=at)


@transaction.atomic
def deliver_again(
    *, delivery_id: int, by: User, at: datetime, request_id: str = ""
) -> None:
    """Send it at once, under the same number, whatever came of it before.

    Raises EndpointIsOff, EndpointUnknown, DeliveryOnItsWay, NotAllowed.
    """
    delivery = (
        Delivery.objects.select_related("endpoint__store")
        .filter(pk=delivery_id)
        .first()
    )
    if delivery is None:
        raise EndpointUnknown
    endpoint = delivery.endpoint
    act = _allowed(by, endpoint.store, at=at, request_id=request_id)
    if not endpoint.is_enabled:
        raise EndpointIsOff
    in_hand = Q(status=Delivery.Status.PENDING, last_at__gt=at - LEASE)
    again = Delivery.objects.filter(pk=delivery_id).exclude(in_hand)
    changed = again.update(
        status=Delivery.Status.PENDING, attempts=0, next_at=at, problem=""
    )
    if changed != 1:
        raise DeliveryOnItsWay
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(rest_until=None)
    stores_services.record_act(
        name="outbox.delivered_again",
        by=act,
        at=at,
        subject=delivery,
        facts={"endpoint": endpoint.pk, "event": str(delivery.event_id)},
    )


def _locked(endpoint_id: int) -> WebhookEndpoint:
    endpoint = (
        WebhookEndpoint.objects.filter(pk=endpoint_id)
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if endpoint is None:
        raise EndpointUnknown
    return endpoint


def _allowed(by: User, store: Store | None, *, at: datetime, request_id: str) -> Act:
    act = stores_services.act(staff=by, store=store, at=at, request_id=request_id)
    stores_services.require_for(act, MANAGE)
    return act


def _check(name: str, url: str, kinds: Sequence[str]) -> None:
    plain = name.strip()
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise EndpointRefused(_("Give it a name of at most 80 characters."))
    if set(kinds) - {word for word, _label in WANTED}:
        raise EndpointRefused(_("Choose among the events of the list."))
    read_url(url)


def _record(name: str, endpoint: WebhookEndpoint, *, by: Act, at: datetime) -> None:
    """Into the log; the address may hold a token, so only its host."""
    stores_services.record_act(
        name=name,
        by=by,
        at=at,
        subject=endpoint,
        facts={
            "host": endpoint.host,
            "kinds": endpoint.kinds,
            "reason": endpoint.disabled_reason,
        },
    )
