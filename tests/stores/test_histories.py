"""A history is read by people: names and words, never what the database keeps."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from checkout.models import Sale
from common.money import format_money
from members.models import Member
from outbox.models import WebhookEndpoint
from stores.admin.histories import WordsOfChanges
from stores.models import Role, RoleLimit, Till
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, TillFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def history_of(office: Client, name: str, pk: int, language: str = "en") -> str:
    address = reverse(f"admin:{name}_history", args=[pk])
    shown = office.get(address, headers={"accept-language": language})
    assert shown.status_code == 200
    return shown.content.decode()


def test_what_the_house_did_itself_is_signed_by_the_system(office: Client) -> None:
    till = TillFactory.create()
    shown = history_of(office, "stores_till", till.pk)
    assert "the system" in shown
    assert "None" not in shown
    assert "/user/None/" not in shown


def test_switches_and_states_are_said_in_the_readers_words(office: Client) -> None:
    till, member = TillFactory.create(is_active=True), MemberFactory.create()
    till.is_active = False
    till.save(update_fields=["is_active"])
    member.gender = Member.Gender.FEMALE
    member.save(update_fields=["gender"])

    english = history_of(office, "stores_till", till.pk)
    chinese = history_of(office, "stores_till", till.pk, "zh-hans")
    assert ": Yes → No" in english
    assert ": 是 → 否" in chinese
    assert ": – → female" in history_of(office, "members_member", member.pk)


@pytest.mark.parametrize(
    ("model", "field", "value", "said"),
    [
        (Till, "is_active", None, ""),
        (Till, "is_active", True, "Yes"),
        (RoleLimit, "per_act", 100_00, "¥100.00"),
        (Sale, "business_date", date(2026, 11, 23), "23 Nov 2026"),
        (WebhookEndpoint, "kinds", ["sale.voided"], "Sale voided"),
        (WebhookEndpoint, "disabled_at", NOON, "20 Nov 2026, 12:00"),
        (WebhookEndpoint, "disabled_reason", "by_hand", "switched off by hand"),
        (Role, "name", "Lead", "Lead"),
    ],
)
def test_each_kind_of_value_is_written_as_pages_write_it(
    model: Any, field: str, value: Any, said: str
) -> None:
    helper = WordsOfChanges(model, None, writers={"per_act": format_money})
    change = SimpleNamespace(field=field)
    assert helper.prepare_delta_change_value(change, value) == said


def test_long_values_are_cut_without_words_of_the_library() -> None:
    helper = WordsOfChanges(Role, None, writers={})
    change = SimpleNamespace(field="name")
    old, _new = helper.stringify_delta_change_values(change, "a" * 500, "b" * 500)
    assert "…" in old
    assert "chars" not in old
