"""Campaigns in the office: planned with their steps, looked at, started, stopped."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from campaigns import services as campaigns_services
from campaigns.models import Campaign
from messaging.models import Message
from tests.factories.automations import (
    a_campaign,
    coupon,
    guests,
    message,
    play,
    points,
    running,
    words,
)
from tests.factories.coupons import TemplateFactory
from tests.factories.stores import StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


def office(role: str = "marketing") -> Client:
    return signed_in(UserFactory.holding(role))


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=args)


def steps_typed(*steps: dict[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {
        "steps-TOTAL_FORMS": len(steps),
        "steps-INITIAL_FORMS": 0,
        "steps-MIN_NUM_FORMS": 0,
        "steps-MAX_NUM_FORMS": 5,
    }
    for number, step in enumerate(steps):
        for name, value in {"position": number + 1, "points": 0, **step}.items():
            typed[f"steps-{number}-{name}"] = value
    return typed


HEAD = {
    "name": "Birthday cake",
    "kind": "birthday",
    "timing": "on_day",
    "days_before": 0,
    "band": "dormant",
    "entry": "period",
    "rest_days": 90,
    "priority": 0,
    "holdout_bp": "10",
    "split_bp": "0",
}


def test_a_birthday_campaign_is_planned_with_its_steps() -> None:
    told = words("email", coupon="text")
    cake = TemplateFactory.drawn()
    client = office()
    assert client.get(page("add")).status_code == 200

    answer = client.post(
        page("add"),
        {
            **HEAD,
            **steps_typed(
                {"kind": "gift", "coupon_template": cake.pk},
                {
                    "kind": "message",
                    "template": told.template.pk,
                    "channels": ["email"],
                },
            ),
        },
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    campaign = Campaign.objects.get()
    assert (campaign.holdout_bp, campaign.state) == (1000, "draft")
    assert [step.kind for step in campaign.steps.order_by("position")] == [
        "gift",
        "message",
    ]
    assert client.get(page("change", campaign.pk)).status_code == 200


def test_what_contradicts_itself_is_said_above_what_was_typed() -> None:
    answer = office().post(
        page("add"), {**HEAD, "timing": "days_before", **steps_typed({"kind": "stop"})}
    )

    assert answer.status_code == 200
    assert "Say how many days before the birthday." in answer.content.decode()
    assert not Campaign.objects.exists()


def test_looked_at_started_and_stopped() -> None:
    StoreFactory.create()
    guests(3)
    told = words("email")
    campaign = a_campaign(coupon(TemplateFactory.drawn()), message(told))
    client = office()

    seen = _act(client, campaign, "preview").content.decode()
    assert "Go through the steps" in seen
    assert told.template.name in seen
    start = _act(client, campaign, "start")
    form = start.context["form"]
    answer = client.post(
        start.request["PATH_INFO"],
        {
            "key": form.initial["key"],
            "saved_at": form.initial["saved_at"],
            "reason": "spring",
            "means_everybody": "on",
            "store": form.fields["store"].queryset.first().pk,
        },
    )
    assert answer.status_code == 302, answer.context["form"].errors
    play(campaign)
    assert Message.objects.count() == 3
    assert client.get(page("changelist")).status_code == 200


def test_results_say_first_what_it_did_and_how_far_the_send_is() -> None:
    guests(3)
    campaign = running(points(5), message(words("email")), holdout_bp=0)
    campaigns_services.enter_due(campaign_id=campaign.pk, at=now())
    campaigns_services.advance_due(campaign_id=campaign.pk, at=now())
    client = office()

    first = _act(client, campaign, "results")

    shown = first.content.decode()
    assert "Nobody is held out to compare with" in shown
    assert "3 people were in it" in shown
    assert (
        '<progress class="send-progress" id="progress-bar" max="3" value="0"' in shown
    )
    assert 'hx-trigger="every 3s"' in shown
    assert [tile.title for tile in first.context["tiles"]] == [
        "Sent", "Delivered", "Opened (machines included)", "Redeemed", "Returned",
        "Spend after, for every 1,000 people", "Cost of an extra visit", "Complaints",
        "Unsubscribed",
    ]  # fmt: skip
    Message.objects.update(state="dropped", reason="cancelled", due_at=None)
    polled = client.get(
        _url(campaign, "results"), headers={"HX-Request": "true"}
    ).content.decode()
    assert "All of it has left." in polled
    assert "hx-trigger" not in polled  # it asks no more
    assert "<h1" not in polled


def test_a_page_for_each_act_and_none_for_who_may_not() -> None:
    guests(2)
    campaign = running(points(5), kind="welcome")
    client = office()
    for name in ("preview", "results", "pause", "stop"):
        assert _act(client, campaign, name).status_code == 200
    stopped = client.post(_url(campaign, "stop"), {"reason": "enough"})
    assert stopped.status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == "stopped"

    auditor = office("auditor")
    assert auditor.get(page("change", campaign.pk)).status_code == 200
    assert auditor.get(_url(campaign, "start")).status_code == 403
    cashier = office("cashier")
    assert cashier.get(page("changelist")).status_code == 403


def _url(campaign: Campaign, name: str) -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])


def _act(client: Client, campaign: Campaign, name: str) -> Any:
    return client.get(_url(campaign, name))
