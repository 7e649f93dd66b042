"""Making someone a member."""

from datetime import date

import pytest
from django.db import IntegrityError

from common.errors import DomainError
from members import errors
from members import services as members_services
from members.birthdays import Birthday
from members.models import CustomField, Member
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.members import CustomFieldFactory, MemberFactory, by
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import execute

pytestmark = pytest.mark.django_db


def test_the_counter_takes_someone_in() -> None:
    store = StoreFactory.create()
    friend = MemberFactory.create()
    CustomFieldFactory.create(code="seat", kind=CustomField.Kind.TEXT)

    member = members_services.enrol(
        name="  陳玉蘭 ",
        phone="138 1234-5678",
        email="Yulan@Example.COM",
        salutation="女士",
        gender="female",
        language="zh-hant",
        birthday=Birthday(month=8, day=15, calendar="lunar"),
        referral_code=f" {friend.referral_code[:5].lower()}-{friend.referral_code[5:]}",
        custom={"seat": "by the window"},
        by=by("cashier", store=store),
        at=NOON,
    )

    member.refresh_from_db()
    assert (member.name, member.phone) == ("陳玉蘭", "+8613812345678")
    assert (member.search_name, member.search_initials) == ("陈玉兰", "cyl")
    assert member.email == "Yulan@example.com"
    assert member.home_store == store
    assert member.referrer == friend
    assert member.custom == {"seat": "by the window"}
    assert (member.birth_month, member.birthday_set_at) == (8, NOON)
    assert member.history.count() == 1
    event = AuditEvent.objects.get(act="members.enrolled")
    assert (event.subject_id, event.facts) == (str(member.pk), {})


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 138 1234 5678",
        "+86(138)1234-5678",
        "0086 138 1234 5678",
        "86 138 1234 5678",
        "8613812345678",
        "１３８１２３４５６７８",
        "tel:+86-138-1234-5678",
        "\u202a13812345678\u202c",
        "138.1234.5678",
        "138 1234 5678 ",
    ],
)
def test_a_phone_is_the_same_however_it_is_typed(typed: str) -> None:
    member = members_services.enrol(phone=typed, by=by("cashier"), at=NOON)
    assert member.phone == "+8613812345678"
    with pytest.raises(errors.PhoneTaken):
        members_services.enrol(phone="13812345678", by=by("cashier"), at=NOON)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+886 912-345-678", "+886912345678"),
        ("+852 9123 4567", "+85291234567"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+49 (0)30 901820", "+4930901820"),
        ("010-8888 8888", "+861088888888"),
    ],
)
def test_phones_of_elsewhere_and_of_the_wall_are_read(typed: str, kept: str) -> None:
    member = members_services.enrol(phone=typed, by=by("cashier"), at=NOON)
    assert member.phone == kept


@pytest.mark.parametrize(
    "typed",
    [
        "1381234567",
        "138123456789",
        "+999 123456789",
        "+0 138 1234 5678",
        "12345",
        "-13812345678-\x00",
        "call me",
        "1-800-FLOWERS",
        "13812345678 ext 9",
        "1" * 200,
        "😀",
        "+",
        "０",
        "٠٠٠",
    ],
)
def test_what_is_no_phone_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(errors.PhoneNotRead) as refusal:
        members_services.enrol(name="x", phone=typed, by=by("cashier"), at=NOON)
    assert typed not in str(refusal.value) + repr(refusal.value.facts)
    assert not Member.objects.exists()


def test_a_taken_phone_says_nothing_of_whose_it_is() -> None:
    owner = MemberFactory.create(name="Somebody Known")

    with pytest.raises(errors.PhoneTaken) as refusal:
        members_services.enrol(phone=owner.phone or "", by=by("cashier"), at=NOON)

    told = str(refusal.value) + repr(refusal.value.facts)
    assert owner.name not in told
    assert str(owner.pk) not in told
    assert (owner.phone or "")[-4:] not in told
    # Nor does the failure underneath, which would go into the log.
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    ["字", "😀", "👨‍👩‍👧‍👦", "محمد علي", "O'Brien-Smith", "x" * 80, "佐藤 花子", "🇹🇼"],
)
def test_a_name_is_what_people_call_themselves(name: str) -> None:
    member = members_services.enrol(name=name, by=by("cashier"), at=NOON)
    member.refresh_from_db()
    assert member.name == name


@pytest.mark.parametrize(
    "name", ["x" * 81, "a\x00b", "a\nb", "a\x07b", "a\u2028b", "x" * 100_000, "\ud800"]
)
def test_a_name_that_breaks_lines_or_screens_is_refused(name: str) -> None:
    with pytest.raises(errors.NameRefused):
        members_services.enrol(name=name, by=by("cashier"), at=NOON)
    assert not Member.objects.exists()


def test_a_name_cannot_turn_the_page_around() -> None:
    member = members_services.enrol(name="a\u202eb", by=by("cashier"), at=NOON)
    assert member.name == "ab"


def test_a_referral_code_that_is_taken_is_drawn_anew() -> None:
    friend = MemberFactory.create()
    execute("CREATE SEQUENCE draws")
    execute(
        "CREATE OR REPLACE FUNCTION members_referral_code() RETURNS text LANGUAGE sql"
        " VOLATILE AS $$ SELECT CASE WHEN nextval('draws') < 3"
        f" THEN '{friend.referral_code}' ELSE 'ZZZZZZZZZ0' END $$"
    )

    member = members_services.enrol(name="x", by=by("cashier"), at=NOON)

    member.refresh_from_db()
    assert member.referral_code == "ZZZZZZZZZ0"
    with pytest.raises(IntegrityError):  # at last it is told, and nobody is there
        members_services.enrol(name="y", by=by("cashier"), at=NOON)
    assert not Member.objects.filter(name="y").exists()


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\t"])
def test_somebody_has_a_name_or_a_phone(blank: str) -> None:
    with pytest.raises(errors.NobodyNamed):
        members_services.enrol(name=blank, phone=blank, by=by("cashier"), at=NOON)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a@b\x00.c"),
        ("email", "a" * 300 + "@example.com"),
        ("gender", "robot"),
        ("language", "xx"),
        ("salutation", "x" * 21),
        ("referral_code", "0000000000"),
        ("home_store_id", 10**9),
        ("custom", {"nothing": 1}),
        ("birthday", Birthday(month=2, day=30)),
        ("birthday", Birthday(month=1, day=1, year=2999)),
    ],
)
def test_what_cannot_be_kept_is_refused(field: str, value: object) -> None:
    with pytest.raises(DomainError):
        members_services.enrol(
            name="x",
            by=by("cashier"),
            at=NOON,
            **{field: value},  # type: ignore[arg-type]  # from a table
        )
    assert not Member.objects.exists()
    assert not AuditEvent.objects.filter(act__startswith="members").exists()


def test_who_may_not_enrol_does_not() -> None:
    with pytest.raises(NotAllowed):
        members_services.enrol(name="x", by=by("auditor"), at=NOON)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  a b ", "a b"),
        ("number", "12", 12),
        ("number", " １２.50 ", "12.5"),
        ("number", -3, -3),
        ("date", "2026-02-28", "2026-02-28"),
        ("date", date(2026, 2, 28), "2026-02-28"),
        ("choice", "red", "red"),
    ],
)
def test_an_answer_is_kept_as_its_question_asks(
    kind: str, typed: object, kept: object
) -> None:
    choices = ["red", "blue"] if kind == "choice" else []
    CustomFieldFactory.create(code="q", kind=kind, choices=choices)
    member = members_services.enrol(
        name="x", custom={"q": typed}, by=by("cashier"), at=NOON
    )
    member.refresh_from_db()
    assert member.custom == {"q": kept}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", "x" * 201),
        ("text", "a\x00b"),
        ("number", "a lot"),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e400"),
        ("number", 0.1),
        ("number", True),
        ("number", "0.0000001"),
        ("date", "2026-02-30"),
        ("date", "soon"),
        ("choice", "green"),
        ("choice", ["red"]),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(kind: str, typed: object) -> None:
    choices = ["red", "blue"] if kind == "choice" else []
    CustomFieldFactory.create(code="q", kind=kind, choices=choices)
    with pytest.raises(errors.ValueRefused):
        members_services.enrol(name="x", custom={"q": typed}, by=by("cashier"), at=NOON)
    assert not Member.objects.exists()
