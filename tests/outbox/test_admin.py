"""Webhooks in the admin: one's own stores, by commands, and a secret seen once."""

import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outbox.models import Delivery, Event, WebhookEndpoint
from outbox.sealing import unseal
from stores.models import AuditEvent, Store
from tests.factories.outbox import EndpointFactory, on_its_way
from tests.factories.stores import StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/in?token=sesame"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
VERBS = ("rotate", "test", "switch-off")


def page(name: str, *args: object) -> str:
    return reverse(f"admin:outbox_{name}", args=args)


def act_on(endpoint: WebhookEndpoint, verb: str) -> str:
    return f"/admin/outbox/webhookendpoint/{endpoint.pk}/{verb}/"


@pytest.fixture
def here() -> Store:
    return StoreFactory.create(code="HERE")


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


@pytest.fixture
def manager(here: Store) -> Client:
    return signed_in(UserFactory.holding("store-manager", store=here))


def form(**changes: object) -> dict[str, object]:
    return {"name": "Accounting", "url": URL, "store": "", "kinds": [], **changes}


def test_head_office_adds_one_and_sees_its_secret_once(office: Client) -> None:
    assert office.get(page("webhookendpoint_add")).status_code == 200
    answer = office.post(
        page("webhookendpoint_add"), form(kinds=["top_up.made", "sale.captured"])
    )
    endpoint = WebhookEndpoint.objects.get()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (shown,) = set(SECRET.findall(answer.content.decode()))
    assert shown == unseal(endpoint.sealed_secret)
    assert endpoint.kinds == ["sale.captured", "top_up.made"]
    assert endpoint.history.get().history_user is not None
    for address in (
        page("webhookendpoint_changelist"),
        page("webhookendpoint_change", endpoint.pk),
        page("webhookendpoint_history", endpoint.pk),
    ):
        body = office.get(address).content.decode()
        assert SECRET.search(body) is None
        assert endpoint.sealed_secret not in body
    assert (
        "sesame" not in office.get(page("webhookendpoint_changelist")).content.decode()
    )


def test_it_is_changed_and_its_store_stays(office: Client, here: Store) -> None:
    endpoint = EndpointFactory.create()
    answer = office.post(
        page("webhookendpoint_change", endpoint.pk),
        form(name="Kitchen", kinds=["sale.voided"], store=here.pk),
    )
    assert answer.status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url) == ("Kitchen", URL)
    assert (endpoint.kinds, endpoint.store) == (["sale.voided"], None)
    assert AuditEvent.objects.get().act == "outbox.endpoint_changed"


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://hooks.example.com/"},
        {"url": "https://169.254.169.254/latest"},
        {"url": "https://2130706433/"},
        {"url": "https://a.example.com/" + "x" * 500},
        {"url": ""},
        {"name": ""},
        {"name": "x" * 200},
        {"name": "a\x00b"},
        {"kinds": ["sale.invented"]},
        {"store": "99999"},
        {"store": "x"},
    ],
)
def test_what_cannot_be_kept_is_a_sentence(
    changes: dict[str, object], office: Client
) -> None:
    answer = office.post(page("webhookendpoint_add"), form(**changes))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not WebhookEndpoint.objects.exists()


def test_a_name_that_nobody_could_read_is_refused_by_the_command(
    office: Client,
) -> None:
    answer = office.post(
        page("webhookendpoint_add"), form(name="a\u202eb"), follow=True
    )
    assert answer.status_code == 200
    assert "Give it a name" in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_a_manager_sees_and_adds_only_their_stores(
    manager: Client, here: Store
) -> None:
    elsewhere = StoreFactory.create(code="ELSE")
    foreign = [
        EndpointFactory.create(name="Far away", store=elsewhere),
        EndpointFactory.create(name="Everywhere"),
    ]
    own = EndpointFactory.create(name="Just here", store=here)
    on_its_way(own)
    listed = manager.get(page("webhookendpoint_changelist")).content.decode()
    assert "Just here" in listed
    deliveries = manager.get(page("delivery_changelist")).content.decode()
    for endpoint in foreign:
        assert endpoint.name not in listed
        assert endpoint.name not in deliveries
        for address in (
            page("webhookendpoint_change", endpoint.pk),
            page("webhookendpoint_history", endpoint.pk),
            *(act_on(endpoint, verb) for verb in VERBS),
        ):
            assert manager.get(address).status_code in {302, 403, 404}, address
            assert manager.post(address, form()).status_code in {302, 403, 404}
        endpoint.refresh_from_db()
        assert endpoint.is_enabled
        assert endpoint.former_secret == ""
        assert endpoint.name in {"Far away", "Everywhere"}
    assert manager.get(page("webhookendpoint_add")).status_code == 200
    for store in (elsewhere.pk, ""):
        manager.post(page("webhookendpoint_add"), form(store=store))
    assert WebhookEndpoint.objects.count() == 3
    assert (
        manager.post(page("webhookendpoint_add"), form(store=here.pk)).status_code
        == 200
    )
    assert WebhookEndpoint.objects.filter(store=here).count() == 2


@pytest.mark.parametrize("role", ["cashier", "shift-lead", "marketing", "auditor"])
def test_a_forged_form_does_nothing(role: str, here: Store) -> None:
    endpoint = EndpointFactory.create(store=here)
    delivery = on_its_way(endpoint)
    Delivery.objects.update(status="failed", next_at=None)
    before = WebhookEndpoint.objects.values().get()
    events = Event.objects.count()
    client = signed_in(UserFactory.holding(role, store=here))
    for address in (
        page("webhookendpoint_add"),
        page("webhookendpoint_change", endpoint.pk),
        *(act_on(endpoint, verb) for verb in VERBS),
        f"/admin/outbox/delivery/{delivery.pk}/again/",
    ):
        answer = client.post(address, form())
        assert answer.status_code in {302, 403, 404}, address
        assert SECRET.search(answer.content.decode()) is None
    client.post(
        page("delivery_changelist"),
        {"action": "deliver_selected_again", "_selected_action": [delivery.pk]},
    )
    assert WebhookEndpoint.objects.values().get() == before
    assert Event.objects.count() == events
    assert Delivery.objects.get().status == "failed"


def test_nothing_is_deleted(office: Client) -> None:
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    for address in (
        page("webhookendpoint_delete", endpoint.pk),
        page("delivery_delete", delivery.pk),
    ):
        assert office.post(address, {"post": "yes"}).status_code in {403, 404}
    assert Delivery.objects.count() == WebhookEndpoint.objects.count() == 1


def test_a_new_secret_is_asked_for_and_shown_once(office: Client) -> None:
    endpoint = EndpointFactory.create()
    before = endpoint.sealed_secret
    assert office.get(act_on(endpoint, "rotate")).status_code == 200
    endpoint.refresh_from_db()
    assert endpoint.sealed_secret == before, "asking changes nothing"
    answer = office.post(act_on(endpoint, "rotate"))
    endpoint.refresh_from_db()
    (shown,) = set(SECRET.findall(answer.content.decode()))
    assert shown == unseal(endpoint.sealed_secret)
    assert endpoint.former_secret == before
    assert "no-store" in answer["Cache-Control"]


def test_it_is_tested_and_switched_off_and_on(office: Client) -> None:
    endpoint = EndpointFactory.create()
    answer = office.post(act_on(endpoint, "test"), follow=True)
    assert answer.status_code == 200
    assert Delivery.objects.get().event.kind == "webhook.test"
    assert "Test of an endpoint" in answer.content.decode()
    office.post(act_on(endpoint, "switch-off"))
    endpoint.refresh_from_db()
    assert not endpoint.is_enabled
    shown = office.get(page("webhookendpoint_change", endpoint.pk)).content.decode()
    assert "switched off by hand" in shown
    office.post(act_on(endpoint, "test"))
    assert Delivery.objects.count() == 1
    office.post(act_on(endpoint, "switch-on"))
    endpoint.refresh_from_db()
    assert endpoint.is_enabled


def test_deliveries_are_read_and_sent_again(office: Client) -> None:
    endpoint = EndpointFactory.create()
    delivery = on_its_way(endpoint)
    Delivery.objects.update(status="failed", next_at=None, problem="timeout")
    for query in ("", f"?q={delivery.event_id}", "?q=x%00😀", "?status__exact=failed"):
        assert office.get(page("delivery_changelist") + query).status_code == 200
    found = office.get(page("delivery_changelist"), {"q": str(delivery.event_id)})
    assert found.context["cl"].queryset.get() == delivery
    shown = office.get(page("delivery_change", delivery.pk)).content.decode()
    assert "it took too long" in shown
    assert "10000" in shown

    again = f"/admin/outbox/delivery/{delivery.pk}/again/"
    assert office.get(again).status_code == 200
    assert office.post(again).status_code == 302
    delivery.refresh_from_db()
    assert delivery.status == "pending"
    Delivery.objects.update(status="failed", next_at=None)
    answer = office.post(
        page("delivery_changelist"),
        {"action": "deliver_selected_again", "_selected_action": [delivery.pk]},
    )
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert "1 message is on its way again." in said
    delivery.refresh_from_db()
    assert delivery.status == "pending"


def test_the_list_asks_the_same_however_long_it_is(
    office: Client,
) -> None:
    endpoint = EndpointFactory.create()
    asked = []
    for _ in range(2):
        for _n in range(5):
            on_its_way(endpoint)
        with CaptureQueriesContext(connection) as queries:
            office.get(page("delivery_changelist"))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_monitor_reads_how_far_behind_it_is(client: Client) -> None:
    endpoint = EndpointFactory.create()
    on_its_way(endpoint)
    Delivery.objects.update(status="failed", next_at=None)
    on_its_way(endpoint)
    body = client.get("/metrics").content.decode()
    assert "regulars_outbox_age_seconds 0.0" in body
    assert 'regulars_webhook_deliveries{status="pending"} 1.0' in body
    assert 'regulars_webhook_deliveries{status="failed"} 1.0' in body
