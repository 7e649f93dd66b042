"""Whoever acted is named in the office as people know them."""

from dataclasses import replace
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from stores import services as stores_services
from stores.admin.actors import by_whom, with_actor
from stores.models import ApiKey, AuditEvent
from tests.factories.stores import UserFactory

pytestmark = pytest.mark.django_db


def logged(*, actor: str = "", **who: Any) -> QuerySet[AuditEvent]:
    at = now()
    by = stores_services.act(at=at, **who)
    by = replace(by, actor=actor or by.actor)
    event = stores_services.record_act(name="stores.tried", by=by, at=at)
    return AuditEvent.objects.filter(pk=event.pk)


def a_key(name: str) -> ApiKey:
    return ApiKey.objects.create(
        name=name, prefix="rk_try", digest="0" * 64, created_at=now()
    )


def test_a_person_is_named_by_the_name_they_are_called() -> None:
    called = UserFactory.create(display_name="Lin Fang")
    nameless = UserFactory.create(display_name="", username="lin")
    for person, name in ((called, "Lin Fang"), (nameless, "lin")):
        assert by_whom(with_actor(logged(staff=person)).get()) == name


def test_a_program_is_named_by_its_key() -> None:
    row = with_actor(logged(key=a_key("Till 7"))).get()
    assert by_whom(row) == "API key: Till 7"


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        ("member:7", "the member"),
        ("system:expiry", "the system"),
        ("staff:999999999999999999", "staff:999999999999999999"),
        ("staff:9999999999999999999", "staff:9999999999999999999"),
        ("staff:x", "staff:x"),
        ("robot:7", "robot:7"),
    ],
)
def test_others_are_said_in_words_and_nobody_is_made_up(actor: str, said: str) -> None:
    assert by_whom(with_actor(logged(actor=actor)).get()) == said


def test_a_list_asks_for_all_names_at_once(
    django_assert_max_num_queries: Any, client: Client
) -> None:
    boss = UserFactory.create(is_superuser=True)
    client.force_login(boss)
    address = reverse("admin:stores_auditevent_changelist")

    def queries() -> int:
        with django_assert_max_num_queries(100) as asked:
            shown = client.get(address).content.decode()
        assert "API key: Till 7" in shown
        return len(asked)

    key = a_key("Till 7")
    logged(key=key)
    few = queries()
    for _ in range(10):
        logged(key=key)
        logged(staff=UserFactory.create(display_name="Lin Fang"))
    assert queries() == few
