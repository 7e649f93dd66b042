"""A member downloads everything about themselves."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils.timezone import now

from ledger.kinds import AccountKind
from members import errors
from members import selectors as members_selectors
from members import services as members_services
from members.services import MemberExport
from members.services import export as export_module
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.ledger import points_unit, spend
from tests.factories.members import MemberFactory, by, by_themselves, give, two_people
from tests.factories.stores import NOON
from tests.members.test_merge import shelf

pytestmark = pytest.mark.django_db


def somebody() -> tuple[int, int]:
    """With value, consents and an older row merged in; their number and an account."""
    old = MemberFactory.create(name="=cmd()", email="old@example.com")
    member = MemberFactory.create(name="陈玉兰", email="yulan@example.com")
    account_id = give(member, 100_00)
    spend(account_id, 30_00)
    give(old, 7, AccountKind.POINTS, unit_id=points_unit())
    members_services.give_consent(
        member_id=member.pk,
        purpose="marketing",
        channels=["sms"],
        by=by_themselves(member),
        at=NOON,
    )
    members_services.merge(
        source_id=old.pk, target_id=member.pk, by=two_people(key="m")
    )
    return member.pk, account_id


def handed_out(member_id: int) -> MemberExport:
    return members_services.export_member(
        member_id=member_id, by=by("store-manager"), at=NOON
    )


def test_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "PAGE", 1)  # every page but the last is full
    member_id, account_id = somebody()
    with shelf():
        told = handed_out(member_id).as_dict()

    assert [row["name"] for row in told["identity"]] == ["=cmd()", "陈玉兰"]
    assert told["identity"][1]["phone"]
    assert [row["agreed"] for row in told["consents"]] == [True]
    assert told["consents"][0]["text"]
    mine = [row for row in told["statement"] if row["account"] == account_id]
    assert [(row["change"], row["balance_after"]) for row in mine] == [
        (-30_00, 70_00),
        (100_00, 100_00),
    ]
    assert sum(row["balance"] for row in told["accounts"]) == 70_00 + 7  # type: ignore[misc]  # numbers
    assert {row["remaining"] for row in told["lots"]} == {70_00, 0, 7}
    assert len(told["merges"]) == 1
    assert len(told["shelf.things"]) == 2
    assert AuditEvent.objects.get(act="members.exported").subject_id == str(member_id)


def test_the_download_is_whole_and_safe_to_open() -> None:
    member_id, _account = somebody()
    export = handed_out(member_id)
    with (
        members_services.zip_file(export) as file,
        zipfile.ZipFile(file) as archive,
    ):
        whole = json.loads(archive.read("everything.json"))
        text = archive.read("identity.csv").decode("utf-8-sig")
    assert whole["identity"][0]["name"] == "=cmd()"
    assert set(whole) - {"made_at"} == {section.name for section in export.sections}
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["name"] == "'=cmd()"
    assert rows[1]["name"] == "陈玉兰"


def test_it_is_for_themselves_or_by_who_may() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    members_services.export_member(
        member_id=member.pk, by=by_themselves(member), at=NOON
    )
    for doing in (by("cashier"), by("marketing"), by("auditor"), by_themselves(other)):
        with pytest.raises(NotAllowed):
            members_services.export_member(member_id=member.pk, by=doing, at=NOON)
    with pytest.raises(errors.MemberUnknown):
        members_services.export_member(member_id=0, by=by(), at=NOON)
    assert AuditEvent.objects.filter(act="members.exported").count() == 1


def test_a_balance_is_explained_lot_by_lot() -> None:
    member = MemberFactory.create()
    account_id = give(member, 100_00, expires_at=NOON + timedelta(days=9))
    give(member, 50_00)
    sale = spend(account_id, 120_00)

    (told,) = members_selectors.explain(member.pk)

    assert told.adds_up
    newest, oldest = told.lots
    assert (oldest.initial, oldest.remaining) == (100_00, 0)
    assert oldest.expires_at == NOON + timedelta(days=9)
    assert [(use.amount, use.entry_id) for use in oldest.uses] == [
        (100_00, sale.entry_id)
    ]
    assert (newest.initial, newest.remaining) == (50_00, 30_00)
    assert [use.amount for use in newest.uses] == [20_00]


def test_a_balance_is_known_at_any_past_moment() -> None:
    member = MemberFactory.create()
    before = now()
    account_id = give(member, 100_00)
    assert members_selectors.balances_at(member.pk, before - timedelta(hours=1)) == {
        account_id: 0
    }
    assert members_selectors.balances_at(member.pk, now() + timedelta(hours=1)) == {
        account_id: 100_00
    }
    assert members_selectors.usable_at(member.pk, NOON) == {account_id: 100_00}
