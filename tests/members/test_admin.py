"""The members in the office."""

import io
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.admin import COUNTED_ROWS
from members import services as members_services
from members.birthdays import Birthday
from members.models import (
    Consent,
    ConsentText,
    CustomField,
    Forfeiture,
    Member,
    Merge,
    Tag,
)
from tests.factories.members import (
    CustomFieldFactory,
    MemberFactory,
    TagFactory,
    by,
    give,
    two_people,
)
from tests.factories.stores import NOON, PIN, StoreFactory, UserFactory, signed_in
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
NASTY = ["", "x" * 400, "😀", "a\x00b", "' OR 1=1 --", "\u202e", "-1", "9" * 40]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:members_{name}", args=args)


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


@pytest.fixture
def cashier() -> Client:
    return signed_in(UserFactory.holding("cashier", store=StoreFactory.create()))


def somebody() -> Member:
    member = MemberFactory.born(
        Birthday(month=8, day=15, calendar="lunar"),
        name="陈玉兰",
        phone="+8613812345678",
        email="yulan@example.com",
    )
    give(member, 100_00)
    return member


def body(response: Any) -> str:
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def test_every_list_and_row_opens(office: Client) -> None:
    member = somebody()
    other = MemberFactory.create()
    TagFactory.create()
    CustomFieldFactory.create(kind=CustomField.Kind.TEXT)
    members_services.withdraw_consent(
        member_id=member.pk, purpose="marketing", by=by(), at=NOON
    )
    members_services.merge(
        source_id=other.pk, target_id=member.pk, by=two_people(key="m")
    )
    for model in (Member, Consent, ConsentText, Tag, CustomField, Merge, Forfeiture):
        name = model._meta.model_name or ""
        row = model._default_manager.order_by("pk").first()
        addresses = [page(f"{name}_changelist"), page(f"{name}_changelist") + "?q=x%00"]
        if row is not None:
            addresses.append(page(f"{name}_change", row.pk))
        for address in addresses:
            assert office.get(address).status_code == 200, address
    assert office.get(page("member_history", member.pk)).status_code == 200


def test_the_page_explains_what_is_held(office: Client) -> None:
    member = somebody()
    text = body(office.get(page("member_change", member.pk)))
    assert "100.00" in text
    assert "+86 138 1234 5678" in text
    assert f"member__id__exact={member.pk}" in text


@pytest.mark.parametrize("typed", ["13812345678", "5678", "cyl", "陳", "#{}"])
def test_the_list_is_searched_as_at_the_counter(office: Client, typed: str) -> None:
    member = somebody()
    MemberFactory.create(name="王明", phone="+8613900000009")
    text = body(office.get(page("member_changelist"), {"q": typed.format(member.pk)}))
    assert "陈玉兰" in text
    assert "王明" not in text


def test_the_list_counts_no_further_than_it_must(office: Client) -> None:
    somebody()
    with CaptureQueriesContext(connection) as asked:
        body(office.get(page("member_changelist")))
    counts = [
        query["sql"]
        for query in asked
        if "COUNT(*)" in query["sql"] and "members_member" in query["sql"]
    ]
    assert counts
    assert all(f"LIMIT {COUNTED_ROWS}" in sql for sql in counts)


def test_phones_are_whole_only_for_who_may_see_them(
    office: Client, cashier: Client
) -> None:
    member = somebody()
    members_services.change(member_id=member.pk, phone="13900001111", by=by(), at=NOON)
    whole = ("13900001111", "139 0000 1111", "yulan@", "13812345678")
    version = member.history.order_by("-history_id").values_list("pk", flat=True)[0]
    for address in (
        page("member_changelist"),
        page("member_simple_history", member.pk, version),
        page("member_change", member.pk),
        page("member_history", member.pk),
        page("member_edit", member.pk),
    ):
        text = body(cashier.get(address))
        assert not [piece for piece in whole if piece in text], address
    assert "139 0000 1111" in body(office.get(page("member_changelist")))
    for client, shown in ((cashier, False), (office, True)):
        response = client.post(
            page("member_changelist"),
            {"action": "export_csv", "_selected_action": [member.pk]},
        )
        told = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # it streams
        assert ("139 0000 1111" in told) is shown
        assert "1111" in told


def test_somebody_is_enrolled_changed_and_told_about(office: Client) -> None:
    CustomFieldFactory.create(code="seat")
    tag = TagFactory.create()
    keeper = UserFactory.create()
    office.post(
        page("member_enrol"),
        {"name": "陈玉兰", "phone": "138 1234 5678", "custom_seat": "3"},
    )
    member = Member.objects.get()
    assert (member.phone, member.custom) == ("+8613812345678", {"seat": "3"})

    office.post(page("member_edit", member.pk), {"name": "陈小兰", "custom_seat": ""})
    office.post(
        page("member_set_birthday", member.pk),
        {"calendar": "lunar", "month": "6", "day": "30", "leap": "on"},
    )
    office.post(page("member_retag", member.pk), {"tags": [tag.pk]})
    office.post(page("member_assign_keeper", member.pk), {"keeper": keeper.pk})
    office.post(
        page("member_consent", member.pk),
        {"agreed": ["marketing:sms", "survey:call"], "source": "paper"},
    )
    office.post(
        page("member_consent", member.pk),
        {"agreed": ["survey:call"], "source": "counter"},
    )

    member.refresh_from_db()
    assert (member.name, member.custom) == ("陈小兰", {})
    assert (member.birth_month, member.birth_leap) == (6, True)
    assert member.keeper == keeper
    assert list(member.tags.all()) == [tag]
    said = Consent.objects.order_by("pk").values_list("purpose", "granted", "source")
    assert list(said) == [
        ("marketing", True, "paper"),
        ("survey", True, "paper"),
        ("marketing", False, "counter"),
    ]


def mending(**facts: object) -> dict[str, object]:
    return {
        "key": "form",
        "reason": "the same person",
        "store": StoreFactory.create().pk,
        "checker": UserFactory.holding("head-office").pk,
        "secret": PIN,
        **facts,
    }


def test_two_are_merged_and_the_value_is_there(office: Client) -> None:
    source, target = somebody(), MemberFactory.create()
    response = office.post(
        page("member_merge", source.pk), mending(into=f"#{target.pk}")
    )
    assert response.status_code == 302
    source.refresh_from_db()
    assert source.merged_into == target
    assert "100.00" in body(office.get(page("member_change", target.pk)))


def test_erasing_asks_for_a_paper_where_there_is_value(office: Client) -> None:
    poor, rich = MemberFactory.create(), somebody()
    office.post(page("member_erase", poor.pk), {"reason": "asked"})
    poor.refresh_from_db()
    assert poor.status == "erased"

    text = body(office.post(page("member_erase", rich.pk), {"reason": "asked"}))
    assert "signed_on" in text
    rich.refresh_from_db()
    assert rich.is_active
    office.post(
        page("member_erase", rich.pk), mending(signed_on="2026-11-19", reference="F-1")
    )
    rich.refresh_from_db()
    assert rich.status == "erased"
    assert Forfeiture.objects.get().reference == "F-1"


def test_everything_is_handed_out_as_a_file(office: Client) -> None:
    member = somebody()
    response = office.post(page("member_hand_out", member.pk))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # it streams
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "13812345678" in archive.read("everything.json").decode()


def test_balances_of_the_past_are_shown(office: Client) -> None:
    member = somebody()
    address = page("member_look_back", member.pk)
    body(office.get(address))
    text = body(office.get(address, {"on": "2001-01-01"}))
    assert "0.00" in text
    body(office.get(address, {"on": "soon"}))


ACTS = [
    "edit",
    "set_birthday",
    "retag",
    "consent",
    "assign_keeper",
    "merge",
    "erase",
    "hand_out",
]


@pytest.mark.parametrize("role", ["auditor", "marketing"])
def test_a_forged_form_changes_nothing(role: str) -> None:
    member, other = somebody(), MemberFactory.create()
    client = signed_in(UserFactory.holding(role))
    before = list(Member.objects.order_by("pk").values())
    for act in ACTS:
        if (role, act) == ("marketing", "retag"):
            continue
        response = client.post(
            page(f"member_{act}", member.pk),
            mending(
                into=f"#{other.pk}",
                name="forged",
                calendar="solar",
                month=1,
                day=1,
                signed_on="2026-11-19",
                reference="F",
                agreed=["marketing:sms"],
                source="paper",
            ),
        )
        assert response.status_code in (302, 403), (act, response.status_code)
    assert client.post(page("member_enrol"), {"name": "forged"}).status_code in (
        302,
        403,
    )
    for name in ("add", "change", "delete"):
        arguments = () if name == "add" else (member.pk,)
        address = page(f"member_{name}", *arguments)
        assert client.post(address, {"name": "forged"}).status_code in (302, 403, 405)
    assert list(Member.objects.order_by("pk").values()) == before
    assert not Consent.objects.exists()
    assert not Merge.objects.exists()


@pytest.mark.parametrize("typed", mostly_long(NASTY, "", "a\x00b"))
def test_nothing_typed_breaks_a_page(office: Client, typed: str) -> None:
    member = somebody()
    everything = dict.fromkeys(
        [
            "name",
            "phone",
            "email",
            "salutation",
            "gender",
            "language",
            "home_store",
            "referral_code",
            "calendar",
            "month",
            "day",
            "year",
            "tags",
            "agreed",
            "source",
            "keeper",
            "into",
            "reason",
            "store",
            "checker",
            "secret",
            "key",
            "signed_on",
            "reference",
        ],
        typed,
    )
    for act in ACTS:
        response = office.post(page(f"member_{act}", member.pk), everything)
        if response.streaming:
            list(response.streaming_content)  # type: ignore[attr-defined]  # closes it
        assert response.status_code in (200, 302), act
    assert office.post(page("member_enrol"), everything).status_code in (200, 302)
    assert body(office.get(page("member_changelist"), {"q": typed}))
    member.refresh_from_db()
    assert member.is_active
    assert member.phone == "+8613812345678"


def test_a_tag_and_a_text_are_added_by_their_commands(office: Client) -> None:
    office.post(page("tag_add"), {"name": " VIP ", "is_active": "on"})
    assert Tag.objects.get().name == "VIP"
    office.post(page("tag_add"), {"name": "vip", "is_active": "on"})
    assert Tag.objects.count() == 1
    office.post(page("consenttext_add"), {"purpose": "marketing", "text": "Only news."})
    assert ConsentText.objects.get(purpose="marketing", version=2).text == "Only news."
    office.post(
        page("customfield_add"),
        {
            "code": "seat",
            "name": "Seat",
            "kind": "choice",
            "choices": "window,door",
            "position": "0",
            "is_active": "on",
        },
    )
    assert CustomField.objects.get().choices == ["window", "door"]
    office.post(
        page("customfield_add"),
        {"code": "Bad Code", "name": "x", "kind": "choice", "position": "0"},
    )
    assert CustomField.objects.count() == 1


def test_what_a_member_agrees_to_is_asked_in_the_readers_language(
    office: Client,
) -> None:
    address = f"{page('member_change', somebody().pk)}".replace("change", "consents")
    words = {
        "en": "offers and news · in the app",
        "zh-hans": "优惠与活动 · 应用内",
        "zh-hant": "優惠與活動 · 應用程式內",
    }
    for language, said in words.items():
        shown = office.get(address, headers={"accept-language": language})
        assert said in shown.content.decode(), language
