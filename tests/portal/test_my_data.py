"""Everything that is kept: as JSON and to be read, both of them whole."""

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from members import services as members_services
from members.models import Member
from members.parts import all_parts
from portal.my_data_page import readable
from portal.my_data_words import KEYS, SECTIONS
from stores.models import AuditEvent
from tests.factories.accounts import client_of, device_of
from tests.factories.bills import settle
from tests.factories.members import MemberFactory, by_themselves, two_people
from tests.factories.stores import NOON
from tests.portal.inbox import inbox_message
from tests.portal.reading import text
from tests.together.full_lives import a_house, live

pytestmark = pytest.mark.django_db
# Tables that know a member and have no section: told by another, or saying nothing.
NOT_TOLD = {
    "accounts.SignInCode": "digests of two days, no code and no address",
    "accounts.VerifiedEmail": "a digest; the address stands with who they are",
    "cards.CodeUse": "that a code served, so that it serves once: told by the bill",
    "cards.HistoricalWalletShare": "former limits of what is told as it stands",
    "checkout.SalePayment": "told by the bill and by the movements",
    "coupons.CouponGift": "told by the uses of the coupon",
    "coupons.TemplateMember": "how many there were: told coupon by coupon",
    "members.ConsentNow": "the last of the consents",
    "members.Forfeiture": "of whoever was erased",
    "members.HistoricalMember": "what was changed",
    "members.StaffCardAct": "of a colleague, with the staff",
    "members.StaffMembership": "of a colleague, with the staff",
    "points.RewardTaken": "how many there were: told order by order",
    "points.StampDay": "how many there were: told stamp by stamp",
    "recognition.VisitSummary": "the visits, added up",
    "stored_value.PaymentCode": "a secret; nobody can read it",
    "stored_value.Wallet": "a view of the accounts",
}


@pytest.fixture
def member() -> Member:
    """Somebody who has one of everything that the house can keep about a member."""
    house = a_house()
    one = live(house, name="Yu Lan", phone="13812345678", email="lan@example.com")
    device_of(one)
    settle(20_00, store=house.store, member=one)
    inbox_message(one)
    old = MemberFactory.create()
    members_services.merge(source_id=old.pk, target_id=one.pk, by=two_people(key="m"))
    members_services.request_closure(
        member_id=one.pk, store_id=house.store.pk, by=by_themselves(one), at=NOON
    )
    return one


def told(member: Member) -> members_services.MemberExport:
    return members_services.export_member(
        member_id=member.pk, by=by_themselves(member), at=NOON
    )


def test_every_section_has_a_heading_and_every_heading_a_section(
    member: Member,
) -> None:
    assert {section.name for section in told(member).sections} == set(SECTIONS)


def test_what_the_json_says_the_page_says_too(member: Member) -> None:
    client = client_of(member)
    page = text(client, "me/data/")
    answer = client.get("/portal/me/data.json")
    whole = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]  # it streams
    rows = {part.title: len(part.rows) for part in readable(told(member))}
    for name, (title, _table) in SECTIONS.items():
        assert len(whole[name]) in (rows.get(str(title), 0), 1), name
        if whole[name] and name != "merges":
            assert str(title) in page, name
    for words in texts_of(whole):
        assert words in page, words
    acts = AuditEvent.objects.filter(act="members.exported")
    assert {one.actor for one in acts} == {f"member:{member.pk}"}


def texts_of(whole: dict[str, Any]) -> set[str]:
    """What people wrote or were called, wherever it stands."""
    found: set[str] = set()
    for name, rows in whole.items():
        for row in rows if isinstance(rows, list) else ():
            for column, value in row.items():
                is_text = isinstance(value, str) and column not in KEYS
                if is_text and column in {"words", "name", "note", "message", "memo"}:
                    found |= {value} - {""}
        assert isinstance(name, str)
    return found


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_it_is_words_in_every_language_and_no_bare_number_of_a_row(
    member: Member, language: str
) -> None:
    page = text(client_of(member, language=language), "me/data/")
    shown = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", page)
    assert not re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", shown)
    for column in ("sold_at", "account__balance", "birth_year", "kind__code"):
        assert column not in shown
    heads = re.findall(r'<span class="muted">([^<]+)</span>', page)
    assert [one for one in heads if "_" in one or one.islower()] == []
    if language != "en":
        english = [one for one in heads if re.fullmatch(r"[A-Za-z ,’-]+", one)]
        assert english == []


def test_every_table_that_knows_a_member_is_told(member: Member) -> None:
    """By machine: a new table with a key to a member has its section, or says why."""
    mine = {section.name.partition(".")[0] for section in told(member).sections}
    tables = {table for _title, table in SECTIONS.values() if table is not None}
    untold = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model is Member
        and field.model is model
        and model not in tables
    }
    assert {part.word for part in all_parts()} <= mine
    assert untold - set(NOT_TOLD) == set()
    assert set(NOT_TOLD) <= untold
