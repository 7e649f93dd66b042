"""What members tell of themselves, and take back: likes, sizes, days, a birthday."""

import re
from datetime import date

import pytest
from django.test import Client

from common import tables
from members import selectors as members_selectors
from members import services as members_services
from members.models import Consent, Member
from portal.templatetags.portal import plain_day
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services
from recognition.models import Occasion, Preference
from recognition.services.person import MOST_KEPT
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.accounts import client_of
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, by, by_themselves
from tests.factories.recognition import OccasionFactory, PreferenceFactory
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import text

pytestmark = pytest.mark.django_db
LIKES, DAYS, CONSENTS = "/portal/me/likes/", "/portal/me/days/", "/portal/me/consents/"


@pytest.fixture
def member() -> Member:
    return MemberFactory.create()


@pytest.fixture
def client(member: Member) -> Client:
    return client_of(member)


def test_a_size_is_remembered_once_and_the_till_sees_it(
    member: Member, client: Client
) -> None:
    given = {"kind": "size", "words": "shoes 38"}
    for _twice in range(2):
        assert client.post(LIKES, given)["Location"] == LIKES
    row = Preference.objects.get()
    assert (row.member, row.kind, row.author) == (member, "size", None)
    told = text(client, "me/likes/")
    assert "shoes 38" in told
    glance = recognition_selectors.recognise(member.pk, NOON)
    assert glance is not None
    assert glance.sizes == ("shoes 38",)


@pytest.mark.parametrize(
    "wrong",
    [{"words": ""}, {"words": " "}, {"words": "\x00"}, {"words": "x" * 121}],
)
def test_words_that_cannot_be_kept_are_refused_at_their_field(
    client: Client, wrong: dict[str, str]
) -> None:
    told = client.post(LIKES, {"kind": "like", **wrong}).content.decode()
    assert re.search(r'<input[^>]*name="words"[^>]*aria-invalid="true"', told)
    assert client.post(LIKES, {"kind": "odd", "words": "tea"}).status_code == 200
    assert not Preference.objects.exists()


def test_what_staff_wrote_is_seen_and_taken_away_and_anothers_is_not_there(
    member: Member, client: Client
) -> None:
    mine = PreferenceFactory.create(member=member, words="no peanuts")
    other = PreferenceFactory.create(words="far from the door")
    day, their_day = OccasionFactory.create(member=member), OccasionFactory.create()
    assert "far from the door" not in text(client, "me/likes/")
    for number in (mine.pk, mine.pk, other.pk, 0, 2**63, 2**70, "x"):
        # Pressed twice, gone, another's: the page shows what there is.
        answer = client.post(LIKES, {"remove": number})
        assert answer.status_code in (200, 302)
    for number in (day.pk, day.pk, their_day.pk, 0):
        assert client.post(DAYS, {"remove": number}).status_code in (200, 302)
    assert Preference.objects.get() == other
    assert Occasion.objects.get() == their_day
    acts = AuditEvent.objects.filter(act__contains="removed")
    assert {one.actor for one in acts} == {f"member:{member.pk}"}
    assert acts.count() == 2


def test_a_childs_birthday_is_remembered_with_the_day_it_comes(
    member: Member, client: Client
) -> None:
    given = {
        "kind": "family",
        "words": "Mei, our daughter",
        "month": "2",
        "day": "29",
        "year": "2020",
    }
    for _twice in range(2):
        assert client.post(DAYS, given)["Location"] == DAYS
    row = Occasion.objects.get()
    assert (row.member, row.month, row.day, row.year) == (member, 2, 29, 2020)
    told = text(client, "me/days/")
    assert "Mei, our daughter" in told
    assert f"next {plain_day(date(2027, 2, 28))}" in told  # 2027 has no 29 February


@pytest.mark.parametrize(
    "wrong",
    [
        {"month": "2", "day": "30"},
        {"month": "2", "day": "29", "year": "2021"},
        {"year": "1800"},
        {"day": ""},
        {"month": "13"},
        {"kind": "odd"},
    ],
)
def test_a_day_that_is_none_is_refused(client: Client, wrong: dict[str, str]) -> None:
    given = {"kind": "wedding", "words": "", "month": "5", "day": "1", "year": ""}
    answer = client.post(DAYS, {**given, **wrong})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Occasion.objects.exists()


def test_nobody_adds_without_end(member: Member, client: Client) -> None:
    for number in range(MOST_KEPT):
        PreferenceFactory.create(member=member, words=f"tea {number}")
    told = client.post(LIKES, {"kind": "like", "words": "one more"}).content.decode()
    assert "Remove something first" in told
    assert Preference.objects.count() == MOST_KEPT
    again = client.post(LIKES, {"kind": "like", "words": "tea 1"})
    assert again.status_code == 302  # said before


def test_a_birthday_is_told_once(member: Member, client: Client) -> None:
    there = "/portal/me/birthday/"
    assert there in text(client, "me/")
    wrong = client.post(there, {"month": "", "day": "", "year": ""})
    assert "Choose the month and the day." in wrong.content.decode()
    odd = client.post(there, {"month": "2", "day": "30", "calendar": "solar"})
    assert 'aria-invalid="true"' in odd.content.decode()
    member.refresh_from_db()
    assert member.birth_month is None

    told = {"month": "5", "day": "17", "year": "1990", "calendar": "solar"}
    for _twice in range(2):
        assert client.post(there, told)["Location"] == "/portal/me/"
    late = client.post(there, {**told, "day": "18"}).content.decode()
    assert "aria-invalid" in late
    member.refresh_from_db()
    assert [member.birth_month, member.birth_day] == [5, 17]
    assert client.get(there)["Location"] == "/portal/me/"
    assert there not in text(client, "me/")


def test_the_profile_keeps_how_one_is_spoken_to_and_ones_store(
    member: Member, client: Client
) -> None:
    shut = StoreFactory.create(is_active=False, name="Old harbour")
    mine = StoreFactory.create(name="Riverside")
    given = {"name": "Chen Yulan", "email": "", "language": "en", "salutation": "Ms"}
    assert "Old harbour" not in text(client, "me/")
    refused = client.post("/portal/me/", {**given, "home_store_id": shut.pk})
    assert re.search(
        r'<select[^>]*name="home_store_id"[^>]*aria-invalid="true"',
        refused.content.decode(),
    )
    member.refresh_from_db()
    assert (member.home_store, member.salutation) == (None, "")
    assert client.post("/portal/me/", {**given, "home_store_id": mine.pk}).status_code
    member.refresh_from_db()
    assert (member.home_store, member.salutation) == (mine, "Ms")
    # A store that was shut since is not lost by saving the rest.
    members_services.change(
        member_id=member.pk, by=by("head-office"), at=NOON, home_store_id=shut.pk
    )
    assert "Old harbour" in text(client, "me/")


def test_a_consent_names_its_text_and_day_and_goes_by_one_tap(
    member: Member, client: Client
) -> None:
    for purpose in ("marketing", "survey"):
        members_services.give_consent(
            member_id=member.pk,
            purpose=purpose,
            channels=["sms", "inbox"],
            by=by_themselves(member),
            at=NOON,
        )
    members_services.publish_consent_text(
        purpose="marketing", text="We write more often.", by=an_act(), at=NOON
    )
    told = text(client, "me/consents/")
    assert "We write more often." in told  # what one would agree to now
    assert told.count("Version 1 of the text") >= 3  # what one agreed to, and surveys
    assert f"Version 2 of the text · {tables.day(NOON)}" in told
    assert f"since {tables.day(NOON)}" in told

    for _twice in range(2):
        answer = client.post(CONSENTS, {"withdraw": "marketing"})
        assert answer["Location"] == CONSENTS
    now = {(row.purpose, row.channel, row.granted) for row in standing(member)}
    assert ("survey", "sms", True) in now
    assert not {row for row in now if row[0] == "marketing" and row[2]}
    count = Consent.objects.count()
    for odd in ("transactional", "odd", "\x00"):
        assert client.post(CONSENTS, {"withdraw": odd}).status_code == 200
    assert Consent.objects.count() == count


def standing(member: Member) -> list[Consent]:
    return members_selectors.consents_standing(member.pk)


def test_nobody_takes_away_what_is_anothers(member: Member) -> None:
    """The service refuses it too, whoever calls."""
    theirs = PreferenceFactory.create()
    with pytest.raises(NotAllowed):
        recognition_services.remove_preference(
            preference_id=theirs.pk, by=by_themselves(member), at=NOON
        )
    assert Preference.objects.get() == theirs
