"""Setting up who is told: by whom, of what, and with which secret."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, IntegrityError, connection, transaction
from standardwebhooks import Webhook

from outbox import services as outbox_services
from outbox.errors import (
    AddressRefused,
    DeliveryOnItsWay,
    EndpointIsOff,
    EndpointIsSo,
    EndpointRefused,
    EndpointUnknown,
    SecretUnreadable,
)
from outbox.kinds import EventKind
from outbox.messages import Outcome, Parcel, headers_of
from outbox.models import Delivery, Event, WebhookEndpoint
from outbox.sealing import new_secret, seal, unseal
from outbox.services.endpoints import BOTH_SIGN_FOR, LEASE
from stores.errors import NotAllowed
from stores.models import AuditEvent, Store, User
from tests.factories.outbox import NOON, EndpointFactory, happened, on_its_way
from tests.factories.stores import StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/in?token=sesame"


@pytest.fixture
def here() -> Store:
    return StoreFactory.create()


@pytest.fixture
def office() -> User:
    return UserFactory.holding("head-office")


@pytest.fixture
def manager(here: Store) -> User:
    return UserFactory.holding("store-manager", store=here)


def add(by: User, *, store: Store | None = None, **changes: Any) -> Any:
    asked: dict[str, Any] = {"name": "Accounting", "url": URL, "kinds": [], **changes}
    return outbox_services.add_endpoint(store=store, by=by, at=NOON, **asked)


def test_head_office_sets_one_up_for_every_store(office: User) -> None:
    made = add(office, kinds=[EventKind.TOP_UP_MADE, EventKind.TOP_UP_MADE])
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint == made.endpoint
    assert (endpoint.store, endpoint.is_enabled) == (None, True)
    assert endpoint.kinds == ["top_up.made"]
    assert made.secret.startswith("whsec_")
    assert unseal(endpoint.sealed_secret) == made.secret
    logged = AuditEvent.objects.get()
    assert (logged.act, logged.staff) == ("outbox.endpoint_added", office)
    assert "sesame" not in str(logged.facts)
    assert made.secret not in str(logged.facts)


def test_the_database_never_holds_a_secret_in_the_clear(office: User) -> None:
    made = add(office)
    again = outbox_services.rotate_secret(
        endpoint_id=made.endpoint.pk, by=office, at=NOON
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e::text, h::text FROM outbox_webhookendpoint e,"
            " outbox_historicalwebhookendpoint h"
        )
        rows = str(cursor.fetchall())
    for secret in (made.secret, again.secret):
        assert secret not in rows
        assert secret.removeprefix("whsec_") not in rows
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint.objects.update(sealed_secret=made.secret)
    history = WebhookEndpoint.history.model
    assert not {f.name for f in history._meta.fields} & {
        "sealed_secret",
        "former_secret",
    }


@pytest.mark.parametrize("role", ["cashier", "shift-lead", "marketing", "auditor"])
def test_others_do_not(role: str, here: Store) -> None:
    endpoint = EndpointFactory.create(store=here)
    before = WebhookEndpoint.objects.values().get()
    user: User = UserFactory.holding(role, store=here)
    asked: dict[str, Any] = {"endpoint_id": endpoint.pk, "by": user, "at": NOON}
    for command in (
        lambda: add(user, store=here),
        lambda: outbox_services.rotate_secret(**asked),
        lambda: outbox_services.switch_off(**asked),
        lambda: outbox_services.switch_on(**asked),
        lambda: outbox_services.send_test(**asked),
        lambda: outbox_services.change_endpoint(
            **asked, name="Mine", url="https://evil.example.com/", kinds=[]
        ),
    ):
        with pytest.raises(NotAllowed):
            command()
    assert WebhookEndpoint.objects.values().get() == before
    assert not Event.objects.exists()


def test_a_manager_sets_up_their_own_store_alone(manager: User, here: Store) -> None:
    add(manager, store=here)
    for elsewhere in (None, StoreFactory.create()):
        other = EndpointFactory.create(store=elsewhere)
        delivery = Delivery.objects.create(
            event=happened(), endpoint=other, next_at=NOON
        )
        with pytest.raises(NotAllowed):
            add(manager, store=elsewhere)
        with pytest.raises(NotAllowed):
            outbox_services.rotate_secret(endpoint_id=other.pk, by=manager, at=NOON)
        with pytest.raises(NotAllowed):
            outbox_services.deliver_again(delivery_id=delivery.pk, by=manager, at=NOON)
        other.refresh_from_db()
        assert other.former_secret == ""
    assert WebhookEndpoint.objects.filter(store=here).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 81},
        {"name": "a\x00b"},
        {"name": "a\nb"},
        {"name": "a\u202eb"},
        {"kinds": ["sale.invented"]},
        {"kinds": ["webhook.test"]},
        {"kinds": [""]},
    ],
)
def test_what_cannot_be_kept_is_refused(changes: dict[str, Any], office: User) -> None:
    with pytest.raises(EndpointRefused):
        add(office, **changes)
    assert not WebhookEndpoint.objects.exists()


def test_an_address_inside_is_refused(office: User, settings: Any) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    made = add(office)
    for url in ("http://hooks.example.com/", "https://169.254.169.254/", "x\x00"):
        with pytest.raises(AddressRefused):
            add(office, url=url)
        with pytest.raises(AddressRefused):
            outbox_services.change_endpoint(
                endpoint_id=made.endpoint.pk,
                name="n",
                url=url,
                kinds=[],
                by=office,
                at=NOON,
            )
    assert WebhookEndpoint.objects.get().url == URL


def test_a_name_in_any_script_is_kept(office: User) -> None:
    assert add(office, name=" 会计 📒 ").endpoint.name == "会计 📒"


def test_a_new_secret_and_the_former_both_sign_for_a_day(office: User) -> None:
    made = add(office)
    endpoint_id = made.endpoint.pk
    again = outbox_services.rotate_secret(endpoint_id=endpoint_id, by=office, at=NOON)
    assert again.secret != made.secret
    on_its_way(made.endpoint)

    def signed_by(parcel: Parcel) -> list[bool]:
        at = parcel.taken_at
        said = headers_of(parcel, host="h", at=at)["webhook-signature"].split()
        return [
            Webhook(secret).sign(parcel.message_id, at, parcel.body) in said
            for secret in (again.secret, made.secret)
        ]

    take = outbox_services.take_up
    last_moment = NOON + BOTH_SIGN_FOR - timedelta(seconds=1)
    (both,) = take(endpoint_id=endpoint_id, at=last_moment, most=1)
    assert signed_by(both) == [True, True]
    Delivery.objects.update(next_at=NOON)
    (one,) = take(endpoint_id=endpoint_id, at=NOON + BOTH_SIGN_FOR, most=1)
    assert signed_by(one) == [True, False]
    assert AuditEvent.objects.filter(act="outbox.secret_changed").count() == 1


def test_a_secret_opens_with_a_former_key_and_not_with_a_strangers(
    settings: Any,
) -> None:
    secret = new_secret()
    sealed = seal(secret)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key " * 5
    settings.SECRET_KEY_FALLBACKS = [former]
    assert unseal(sealed) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SecretUnreadable):
        unseal(sealed)
    with pytest.raises(SecretUnreadable):
        unseal(Fernet(Fernet.generate_key()).encrypt(secret.encode()).decode())


def test_off_and_on_again(office: User) -> None:
    endpoint = EndpointFactory.create(failing_since=NOON)
    asked: dict[str, Any] = {"endpoint_id": endpoint.pk, "by": office, "at": NOON}
    with pytest.raises(EndpointIsSo):
        outbox_services.switch_on(**asked)
    outbox_services.switch_off(**asked)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "by_hand")
    with pytest.raises(EndpointIsSo):
        outbox_services.switch_off(**asked)
    with pytest.raises(EndpointIsOff):
        outbox_services.send_test(**asked)
    outbox_services.switch_on(**asked)
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (True, "")
    assert endpoint.failing_since is None
    assert endpoint.history.count() == 3
    assert [*AuditEvent.objects.order_by("pk").values_list("act", flat=True)] == [
        "outbox.endpoint_switched_off",
        "outbox.endpoint_switched_on",
    ]


def test_a_test_goes_to_the_one_that_asked_alone(office: User) -> None:
    endpoint = EndpointFactory.create(kinds=[EventKind.TOP_UP_MADE])
    EndpointFactory.create()
    news = outbox_services.record(
        kind=EventKind.TOP_UP_MADE, subject="7", store_id=None, payload={}, at=NOON
    )
    delivery = outbox_services.send_test(endpoint_id=endpoint.pk, by=office, at=NOON)
    assert delivery.event.kind == "webhook.test"
    assert delivery.endpoint == endpoint
    assert delivery.event.relayed_at == NOON
    assert Event.objects.get(pk=news).relayed_at is None
    assert Delivery.objects.get() == delivery
    (parcel,) = outbox_services.take_up(endpoint_id=endpoint.pk, at=NOON, most=5)
    assert '"type":"webhook.test"' in parcel.body


def test_what_was_given_up_or_lost_on_their_side_goes_again(office: User) -> None:
    endpoint = EndpointFactory.create()
    asked: dict[str, Any] = {"by": office, "at": NOON + timedelta(days=1)}
    event = happened()
    for status, fields in (
        ("failed", {"attempts": 14}),
        ("delivered", {"attempts": 1, "delivered_at": NOON}),
        ("pending", {"attempts": 9, "next_at": NOON + timedelta(days=2)}),
    ):
        Delivery.objects.all().delete()
        delivery = Delivery.objects.create(
            event=event, endpoint=endpoint, status=status, last_at=NOON, **fields
        )
        outbox_services.deliver_again(delivery_id=delivery.pk, **asked)
        (parcel,) = outbox_services.take_up(
            endpoint_id=endpoint.pk, at=NOON + timedelta(days=1), most=5
        )
        assert (parcel.message_id, parcel.attempt) == (str(event.pk), 1)
        with pytest.raises(DeliveryOnItsWay):
            outbox_services.deliver_again(delivery_id=delivery.pk, **asked)
        outbox_services.settle(
            endpoint_id=endpoint.pk,
            outcomes=[Outcome(parcel, status=200)],
            at=NOON + timedelta(days=1) + LEASE,
        )
    outbox_services.switch_off(endpoint_id=endpoint.pk, **asked)
    with pytest.raises(EndpointIsOff):
        outbox_services.deliver_again(delivery_id=delivery.pk, **asked)
    with pytest.raises(EndpointUnknown):
        outbox_services.deliver_again(delivery_id=0, **asked)
    with pytest.raises(EndpointUnknown):
        outbox_services.switch_off(endpoint_id=0, **asked)


ATTACKS = {
    "a delivery on its way is not deleted": "DELETE FROM outbox_delivery",
    "nor made another event's": "UPDATE outbox_delivery SET event_id = '{other}'",
    "nor another endpoint's": "UPDATE outbox_delivery SET endpoint_id = {endpoint}",
    "nor all of them emptied": "TRUNCATE outbox_delivery",
    "an endpoint is not": "DELETE FROM outbox_webhookendpoint WHERE id = {endpoint}",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_database_refuses(attack: str) -> None:
    first = EndpointFactory.create()
    on_its_way(first)
    statement = attack.format(other=happened().pk, endpoint=EndpointFactory.create().pk)
    _run("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match=r"stays|deleted|append"),
        transaction.atomic(),
    ):
        _run(statement)
    with transaction.atomic():  # with the guards off it is done: it is they that refuse
        for table in ("outbox_delivery", "outbox_webhookendpoint"):
            _run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _run(statement)
        transaction.set_rollback(True)


def test_an_event_goes_to_an_endpoint_once() -> None:
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(event=delivery.event, endpoint=endpoint, next_at=NOON)


@pytest.mark.parametrize(
    "change",
    [
        {"is_enabled": False},
        {"disabled_reason": "gone"},
        {"former_secret": "gAAAA"},
        {"former_until": NOON},
        {"url": "file:///etc/passwd"},
        {"url": "https://a.example.com/ b"},
        {"sealed_secret": "whsec_clear"},
    ],
)
def test_a_row_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    EndpointFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint.objects.update(**change)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
