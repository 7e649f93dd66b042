"""What the log, an approval and a badge say: words, and never the code behind them."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Line
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.admin.base import Badge, Shades
from stores.models import AuditEvent
from stores.words import act_words, subject_words
from tests.factories.ledger import NOON, an_act, guarded, holding
from tests.factories.stores import StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
LOG = "admin:stores_auditevent_changelist"


@pytest.fixture
def office() -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(UserFactory.create(is_superuser=True))
    return client


def logged(name: str, subject: Any = None) -> AuditEvent:
    at = now()
    by = stores_services.act(at=at, task="x")
    return stores_services.record_act(name=name, by=by, at=at, subject=subject)


def test_the_log_is_filtered_by_acts_in_words(office: Client) -> None:
    logged("stores.shift_opened")
    logged("stores.shift_closed")

    whole = office.get(reverse(LOG)).content.decode()
    some = office.get(reverse(LOG), {"act": "stores.shift_closed"})

    with translation.override("zh-hans"):
        assert f">{act_words('stores.shift_closed')}</option>" in whole
    acts = {row.act for row in some.context["cl"].result_list}
    assert acts == {"stores.shift_closed"}
    none = office.get(reverse(LOG), {"act": "no.such_act"})
    assert not none.context["cl"].result_list


def test_an_act_leads_to_what_it_was_about(office: Client) -> None:
    store = StoreFactory.create()
    event = logged("stores.store_changed", subject=store)

    shown = office.get(reverse("admin:stores_auditevent_change", args=[event.pk]))

    way = reverse("admin:stores_store_change", args=[store.pk])
    assert f'href="{way}"' in shown.content.decode()
    assert "stores.store" not in shown.content.decode()


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("member:203", "会员 #203"),
        ("member:202>member:201", "会员 #202 → 会员 #201"),
        ("thing:7", "thing #7"),
        ("", ""),
    ],
)
def test_an_approval_says_what_it_is_about(subject: str, said: str) -> None:
    with translation.override("zh-hans"):
        assert subject_words(subject) == said


def test_a_permission_is_named_whichever_app_it_is_of() -> None:
    known = stores_selectors.all_permissions()
    assert known
    for name, words in known.items():
        assert stores_selectors.permission_words(name) == words
    assert stores_selectors.permission_words("nobody.knows_it") == "nobody.knows_it"
    assert stores_selectors.permission_words("stores.fly") == "stores.fly"


def test_a_badge_without_a_colour_is_written_in_words_all_the_same() -> None:
    shades = Shades({"open": "success"})
    assert shades["open"] == "success"
    assert shades["transfer"] is None
    assert str(Badge(("transfer", "转账"))) == "转账"


def test_a_kind_of_entry_that_has_no_colour_is_said_in_words(office: Client) -> None:
    ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key="t",
        at=NOON,
        act=an_act(),
        lines=[Line(debit_id=holding(100), credit_id=guarded(), amount=10)],
    )

    page = office.get(reverse("admin:ledger_entry_changelist")).content.decode()

    with translation.override("zh-hans"):
        assert str(EntryKind.TRANSFER.label) in page
    assert ">transfer<" not in "".join(page.split())


def test_what_was_is_nobodys_to_permit() -> None:
    """History is written along; no role gives or takes it."""
    kept = [
        model._meta.model_name or ""
        for model in apps.get_models()
        if (model._meta.model_name or "").startswith("historical")
    ]
    assert kept
    assert not [
        name for name in stores_selectors.all_permissions() if "historical" in name
    ]
