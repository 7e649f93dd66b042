"""Rules in the admin: read by managers, published by head office, edited by nobody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from policies.models import ShopPolicy
from stores.models import AuditEvent
from tests.factories.stores import StoreFactory, UserFactory, signed_in
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
LIST = "admin:policies_shoppolicy_changelist"
ADD = "admin:policies_shoppolicy_add"


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def typed(**facts: object) -> dict[str, object]:
    return {
        "brand": "熟客小馆",
        "profile": "TW",
        "country": "TW",
        "in_force_from_0": "",
        "in_force_from_1": "",
        "reason": "we moved to Taipei",
        **facts,
    }


def row(version: ShopPolicy, verb: str = "change") -> str:
    return reverse(f"admin:policies_shoppolicy_{verb}", args=[version.pk])


def first() -> ShopPolicy:
    return ShopPolicy.objects.get(number=1)


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
def test_every_page_opens(office: Client, language: str) -> None:
    office.post(reverse(ADD), typed())
    for address in (
        reverse(LIST),
        reverse(ADD),
        *(row(version) for version in ShopPolicy.objects.all()),
    ):
        page = office.get(address, headers={"accept-language": language})
        assert page.status_code == 200, address


def test_a_new_version_begins_as_a_copy_of_the_one_in_force(office: Client) -> None:
    office.post(reverse(ADD), typed())

    form = office.get(reverse(ADD)).context["adminform"].form

    assert (form["brand"].value(), form["profile"].value()) == ("熟客小馆", "TW")
    assert not form["reason"].value()


def test_left_without_a_moment_it_is_in_force_at_once(office: Client) -> None:
    began = now()
    office.post(reverse(ADD), typed())

    version = ShopPolicy.objects.get(number=2)
    assert began <= version.in_force_from <= now()
    assert version.made_by is not None
    assert AuditEvent.objects.filter(act="policies.published").count() == 1


def test_a_moment_gone_by_is_refused_beside_the_field(office: Client) -> None:
    page = office.post(
        reverse(ADD),
        typed(in_force_from_0="2020-01-01", in_force_from_1="00:00:00"),
    )

    assert page.status_code == 200
    assert "in_force_from" in page.context["adminform"].form.errors
    assert ShopPolicy.objects.count() == 1


def test_a_later_moment_waits(office: Client) -> None:
    tomorrow = now() + timedelta(days=1)
    office.post(
        reverse(ADD),
        typed(in_force_from_0=f"{tomorrow:%Y-%m-%d}", in_force_from_1="09:00:00"),
    )

    assert ShopPolicy.objects.get(number=2).in_force_from > now()
    assert b"still to come" in office.get(reverse(LIST)).content


@pytest.mark.parametrize("field", ["brand", "country", "profile", "reason"])
@pytest.mark.parametrize(
    "nasty", ["", "😀" * 400, "' OR 1=1 --", "a\x00b", "\u202egnp", "-1"]
)
def test_nonsense_is_told_and_never_a_failure(
    office: Client, field: str, nasty: str
) -> None:
    page = office.post(reverse(ADD), typed(**{field: nasty}))
    assert page.status_code in (200, 302)
    if page.status_code == 200:
        assert page.context["adminform"].form.errors
        assert ShopPolicy.objects.count() == 1


@pytest.mark.parametrize("role", ["head-office", "auditor", "store-manager"])
def test_no_forged_form_changes_or_deletes_a_version(role: str) -> None:
    client = signed_in(UserFactory.holding(role))
    before = list(ShopPolicy.objects.values())

    for address in (row(first()), row(first(), "delete")):
        assert client.post(address, typed()).status_code == 403
    client.post(
        reverse(LIST),
        {"action": "delete_selected", "_selected_action": [first().pk], "post": "yes"},
    )

    assert list(ShopPolicy.objects.values()) == before


def test_not_even_a_superuser_changes_a_version() -> None:
    client = signed_in(UserFactory.create(is_superuser=True))
    assert client.post(row(first()), typed()).status_code == 403
    assert client.post(row(first(), "delete")).status_code == 403
    assert first().brand == "熟客"


@pytest.mark.parametrize("role", ["cashier", "store-manager", "auditor", "marketing"])
def test_who_only_reads_publishes_nothing(role: str) -> None:
    client = signed_in(UserFactory.holding(role))
    assert client.post(reverse(ADD), typed()).status_code == 403
    assert ShopPolicy.objects.count() == 1


def test_head_office_at_one_store_does_not_publish_for_all() -> None:
    user = UserFactory.holding("head-office", store=StoreFactory.create())
    client = signed_in(user)
    assert client.post(reverse(ADD), typed()).status_code == 403
    assert ShopPolicy.objects.count() == 1


def test_the_versions_are_exported(office: Client) -> None:
    answer = office.post(
        reverse(LIST), {"action": "export_csv", "_selected_action": [first().pk]}
    )
    assert "shop policy 1" in b"".join(answer).decode()


def test_what_migrations_wrote_is_read_in_the_readers_language(office: Client) -> None:
    typed_reason = "What every shop begins with"
    office.post(reverse(ADD), typed(reason=typed_reason))
    pages = {
        version.number: office.get(
            row(version), headers={"accept-language": "zh-hans"}
        ).content.decode()
        for version in ShopPolicy.objects.all()
    }
    assert typed_reason not in pages[1]
    assert typed_reason in pages[2]  # as somebody wrote it
    assert "中国" in pages[1]
    assert "台湾" in pages[2]
