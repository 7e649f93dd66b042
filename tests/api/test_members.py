"""Members over the API: enrolled, found, changed; and everything a till is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from cards import services as cards_services
from cards.models import Card, CardKind
from cards.tokens import mint_code
from ledger.kinds import AccountKind
from members.models import ConsentNow, Member
from recognition.models import Note
from tests.factories.api import Till, a_key, is_problem
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.ledger import points_unit
from tests.factories.members import MemberFactory, give

pytestmark = pytest.mark.django_db

WANG = {"name": "王小明", "phone": "138 0013 8000"}


def test_someone_becomes_a_member_with_all_they_told(till: Till) -> None:
    kind = CardKindFactory.create()
    friend = MemberFactory.create()

    response = till.post(
        "/members",
        {
            **WANG,
            "email": "wang@Example.com",
            "birthday": "1990-05-17",
            "gender": "male",
            "language": "zh-hans",
            "consents": {"sms": True, "email": False},
            "referral_code": Member.objects.get(pk=friend.pk).referral_code.lower(),
            "note": "sits by the window",
        },
    )

    assert response.status_code == 201, response.content
    told = response.json()
    member = Member.objects.get(public_id=told["id"])
    assert (told["phone"], told["email"]) == ("+8613800138000", "wang@example.com")
    assert (told["birthday"], told["lunar_birthday"]) == ("1990-05-17", False)
    assert told["card"]["kind"] == kind.code
    assert told["card"]["status"] == "active"
    assert told["wallet"] == {"principal": 0, "bonus": 0, "total": 0}
    assert told["points"] == {"balance": 0, "expiring": []}
    assert told["recognition"]["notes"][0]["words"] == "sits by the window"
    assert member.home_store == till.store
    assert member.referrer == friend
    now_stands = {row.channel: row.granted for row in ConsentNow.objects.all()}
    assert now_stands == {"sms": True, "email": False}


def test_a_phone_that_is_taken_is_refused_without_a_hint(till: Till) -> None:
    MemberFactory.create(name="Secret", phone="+8613800138000")

    response = till.post("/members", WANG, key=a_key())

    assert is_problem(response, 409, "phone_taken")
    assert b"Secret" not in response.content
    assert b"138 0013" not in response.content
    assert b"13800138" not in response.content
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, None),
        ({"name": "x" * 81}, "name_refused"),
        ({"name": "😀" * 81}, "name_refused"),
        ({"phone": "110"}, "phone_not_read"),
        ({"phone": ""}, "invalid"),
        ({"phone": 13800138000}, "invalid"),
        ({"email": "nobody"}, "email_refused"),
        ({"birthday": "1990-02-30"}, "birthday_refused"),
        ({"birthday": "17 May"}, "invalid"),
        ({"birthday": "02-30", "lunar_birthday": True}, None),
        ({"gender": "robot"}, "invalid"),
        ({"referral_code": "NOBODY"}, "referral_unknown"),
        ({"consents": {"sms": "yes"}}, "invalid"),
        ({"unknown": 1}, "invalid"),
        ({"note": "x" * 1001}, "invalid"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_enrolled(
    till: Till, change: dict[str, Any], code: str | None
) -> None:
    response = till.post("/members", {**WANG, **change})

    if code is None:
        assert response.status_code == 201, response.content
        return
    assert is_problem(response, 422, code)
    assert Member.objects.count() == 0
    assert Note.objects.count() == 0


def test_a_member_is_found_by_id_phone_card_and_rotating_code(till: Till) -> None:
    card = CardFactory.create()
    member = card.member
    assert member is not None
    member.refresh_from_db()
    code = mint_code(at=now(), card_id=card.pk)
    of_nobody = mint_code(at=now(), member_id=member.pk)

    paths = [
        f"/members/{member.public_id}",
        f"/members?phone={member.phone}".replace("+", "%2B"),
        f"/members?phone={(member.phone or '')[3:]}",
        f"/members?code={card.number}",
        f"/members?code={code}",
        f"/members?code={code}",  # looked at, not used up
        f"/members?code={of_nobody}",
    ]

    for path in paths:
        response = till.ask(path)
        assert response.status_code == 200, (path, response.content)
        assert response.json()["id"] == str(member.public_id)
        assert response.json()["card"]["number"] == card.number


@pytest.mark.parametrize("status", ["lost", "expired", "replaced"])
def test_a_card_that_is_dead_finds_the_member_and_says_so(
    till: Till, status: str
) -> None:
    card = CardFactory.create()
    assert card.member is not None
    living = CardFactory.create(member=card.member)
    changes: dict[str, Any] = {"status": status}
    if status == "replaced":
        changes["replaced_by"] = living
    if status == "expired":
        changes = {"expires_at": now() - timedelta(seconds=1)}
    Card.objects.filter(pk=card.pk).update(**changes)

    by_number = till.ask(f"/members?code={card.number}").json()
    by_phone = till.ask(f"/members?phone=%2B{(card.member.phone or '')[1:]}").json()

    assert by_number["card"]["number"] == card.number
    assert by_number["card"]["status"] == status
    assert by_phone["card"]["number"] == living.number


def test_a_rotating_code_of_a_lost_card_finds_nobody(till: Till) -> None:
    card = CardFactory.create()
    code = mint_code(at=now(), card_id=card.pk)
    Card.objects.filter(pk=card.pk).update(status="lost")

    assert is_problem(till.ask(f"/members?code={code}"), 404, "member_not_found")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid"),
        ("?phone=1&code=2", 422, "invalid"),
        ("?phone=%2B8613800138001", 404, "member_not_found"),
        ("?phone=nobody", 422, "phone_not_read"),
        ("?code=9000000000000000", 404, "member_not_found"),
        ("?code=712345678901234567", 404, "member_not_found"),
        ("?code=%00", 404, "member_not_found"),
        ("?phone=%00", 422, "phone_not_read"),
        ("?phone=%ff%fe", 422, "phone_not_read"),
        ("/%00", 404, "member_not_found"),
        ("/1", 404, "member_not_found"),
        ("/00000000-0000-0000-0000-000000000000", 404, "member_not_found"),
    ],
)
def test_nobody_is_found_by_nonsense(
    till: Till, query: str, status: int, code: str
) -> None:
    assert is_problem(till.ask(f"/members{query}"), status, code)


def test_a_merged_member_is_whom_they_were_merged_into(till: Till) -> None:
    kept = MemberFactory.create()
    gone = MemberFactory.create(phone=None)
    Member.objects.filter(pk=gone.pk).update(
        status="merged", merged_into=kept, ended_at=now()
    )
    gone.refresh_from_db()
    kept.refresh_from_db()

    assert till.ask(f"/members/{gone.public_id}").json()["id"] == str(kept.public_id)


def test_a_phone_of_a_merged_row_finds_who_is_left_and_says_so(till: Till) -> None:
    kept, gone = MemberFactory.create(), MemberFactory.create()
    Member.objects.filter(pk=gone.pk).update(
        status="merged", merged_into=kept, ended_at=now()
    )
    kept.refresh_from_db()

    former = till.ask(f"/members?phone=%2B{(gone.phone or '')[1:]}").json()
    current = till.ask(f"/members?phone=%2B{(kept.phone or '')[1:]}").json()
    taken = till.post("/members", {"name": "New", "phone": gone.phone}, key=a_key())

    assert former["id"] == current["id"] == str(kept.public_id)
    assert (former["is_former_phone"], current["is_former_phone"]) == (True, False)
    assert is_problem(taken, 409, "phone_taken")


def test_what_a_member_holds_is_told_as_it_may_be_spent(till: Till) -> None:
    member = MemberFactory.create()
    at = now()
    give(member, 300_00, at=at - timedelta(days=2))
    give(member, 50_00, AccountKind.BONUS, at=at - timedelta(days=2))
    give(
        member,
        9_00,
        AccountKind.BONUS,
        at=at - timedelta(days=2),
        expires_at=at - timedelta(days=1),
    )
    soon = at + timedelta(days=20)
    give(member, 700, AccountKind.POINTS, unit_id=points_unit(), at=at, expires_at=soon)
    member.refresh_from_db()

    told = till.ask(f"/members/{member.public_id}").json()

    assert told["wallet"] == {"principal": 300_00, "bonus": 50_00, "total": 350_00}
    assert told["points"]["balance"] == 700
    assert [row["points"] for row in told["points"]["expiring"]] == [700]


def test_a_look_up_is_two_queries(till: Till, django_assert_num_queries: Any) -> None:
    member = MemberFactory.create()
    till.ask(f"/members?phone={member.phone}".replace("+", "%2B"))

    with django_assert_num_queries(2):
        till.ask(f"/members?phone={member.phone}".replace("+", "%2B"))
    with django_assert_num_queries(2):
        till.ask(f"/members?phone={(member.phone or '')[3:]}")


def test_what_is_named_changes_and_the_rest_stays(till: Till) -> None:
    member = MemberFactory.create(name="Old", email="a@example.com")
    member.refresh_from_db()
    path = f"/members/{member.public_id}"

    response = till.send("PATCH", path, {"name": "New", "birthday": "02-29"})

    assert response.status_code == 200, response.content
    told = response.json()
    assert (told["name"], told["email"]) == ("New", "a@example.com")
    assert told["birthday"] == "02-29"
    again = till.send("PATCH", path, {"birthday": "03-01", "name": "Third"})
    assert is_problem(again, 409, "birthday_is_set")
    member.refresh_from_db()
    assert (member.name, member.birth_month) == ("New", 2)


def test_a_phone_of_another_is_not_taken_over(till: Till) -> None:
    other = MemberFactory.create()
    member = MemberFactory.create()
    member.refresh_from_db()

    response = till.send(
        "PATCH", f"/members/{member.public_id}", {"phone": other.phone}
    )

    assert is_problem(response, 409, "phone_taken")
    before = member.phone
    member.refresh_from_db()
    assert member.phone == before


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_field_takes_nobodys_phone_away(till: Till, empty: str) -> None:
    member = MemberFactory.create()
    member.refresh_from_db()
    before = member.phone

    response = till.send(
        "PATCH", f"/members/{member.public_id}", {"phone": empty, "name": "New"}
    )

    assert is_problem(response, 422, "invalid")
    member.refresh_from_db()
    assert member.phone == before
    assert member.name != "New"


def test_names_come_in_the_readers_language(till: Till) -> None:
    from tests.factories.tiers import TierFactory

    TierFactory.create(
        name_en="Gold", name_zh_hans="金卡", name_zh_hant="金卡會員", threshold=0
    )
    member = MemberFactory.create()
    member.refresh_from_db()
    path = f"/members/{member.public_id}"

    assert till.ask(path).json()["tier"]["name"] == "Gold"
    told = till.ask(path, Accept_Language="zh-Hant-TW").json()
    assert told["tier"]["name"] == "金卡會員"


def test_the_picture_says_what_the_apps_say(till: Till) -> None:
    """One query of the API's own, and what each app answers by itself."""
    from points import selectors as points_selectors
    from stored_value import selectors as stored_value_selectors
    from stored_value.holders import Holder

    member = MemberFactory.create()
    at = now()
    give(member, 123_45, at=at - timedelta(days=2))
    give(member, 77, AccountKind.POINTS, unit_id=points_unit(), at=at)
    member.refresh_from_db()

    told = till.ask(f"/members/{member.public_id}").json()

    wallet = stored_value_selectors.wallet(holder=Holder.member(member.pk), at=now())
    assert told["wallet"]["total"] == wallet.usable
    assert (
        told["points"]["balance"] == points_selectors.balance(member.pk, now()).usable
    )


def test_a_code_used_for_a_sale_still_says_who_it_was(till: Till) -> None:
    card = CardFactory.create()
    code = mint_code(at=now(), card_id=card.pk)
    cards_services.use_rotating_code(code=code, at=now(), by=till.act())

    assert till.ask(f"/members?code={code}").status_code == 200


def test_a_card_that_is_printed_is_handed_over_and_not_given_by_enrolling(
    till: Till,
) -> None:
    CardKindFactory.create(form=CardKind.Form.PRINTED)

    assert till.post("/members", WANG).json()["card"] is None
    assert not Card.objects.exists()
    on_the_phone = CardKindFactory.create()
    told = till.post("/members", {"name": "李", "phone": "138 0013 8001"}).json()
    assert told["card"]["kind"] == on_the_phone.code
