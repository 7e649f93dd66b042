"""Guests in the admin: one's own stores, acts with forms, never a 500."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Member
from recognition import services as recognition_services
from recognition.admin.feedback import FeedbackAdmin
from recognition.models import (
    Feedback,
    FeedbackStep,
    Note,
    Occasion,
    Preference,
    RecognitionPolicy,
    Visit,
)
from stores.models import Store, User
from tests.factories.members import MemberFactory
from tests.factories.recognition import (
    FeedbackFactory,
    NoteFactory,
    OccasionFactory,
    PreferenceFactory,
    VisitFactory,
    VisitLineFactory,
)
from tests.factories.stores import (
    NOON,
    AssignmentFactory,
    RoleFactory,
    StoreFactory,
    UserFactory,
    signed_in,
)
from tests.recognition.people import everything, someone
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db
KEPT = (Feedback, FeedbackStep, Note, Occasion, Preference, Visit)
NASTY = [
    "",
    " ",
    "-1",
    "9" * 400,
    "😀",
    "a\x00b",
    "' OR 1=1 --",
    "‮x",
    "+86",
    "#",
    "1e9",
]


def page(name: str, *args: object) -> str:
    return reverse(f"admin:recognition_{name}", args=args)


@pytest.fixture
def here() -> Store:
    return StoreFactory.create(code="HERE")


@pytest.fixture
def lead(here: Store) -> Client:
    return signed_in(UserFactory.holding("shift-lead", store=here))


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office"))


def a_complaint(store: Store) -> Feedback:
    return recognition_services.record_feedback(
        member_id=MemberFactory.create().pk,
        store_id=store.pk,
        channel="counter",
        words="汤是凉的",
        is_complaint=True,
        by=someone(store=store),
        at=NOON,
    )


def rows_of(store: Store) -> dict[str, Any]:
    visit = VisitFactory.create(store=store)
    VisitLineFactory.create(visit=visit)
    return {
        "visit": visit,
        "preference": PreferenceFactory.create(kind="allergy"),
        "occasion": OccasionFactory.create(),
        "note": NoteFactory.create(store=store),
        "feedback": a_complaint(store),
        "recognitionpolicy": RecognitionPolicy.objects.get(),
    }


def test_every_list_and_row_opens(office: Client, here: Store) -> None:
    for name, row in rows_of(here).items():
        for address in (
            page(f"{name}_changelist"),
            page(f"{name}_changelist") + "?q=x%00😀",
            page(f"{name}_changelist") + f"?q={row.pk}",
            page(f"{name}_change", row.pk),
        ):
            assert office.get(address).status_code == 200, address


def test_a_list_asks_no_more_for_more_rows(office: Client, here: Store) -> None:
    def asked() -> dict[str, int]:
        counts = {}
        for name in ("visit", "preference", "occasion", "note", "feedback"):
            with CaptureQueriesContext(connection) as queries:
                office.get(page(f"{name}_changelist"))
            counts[name] = len(queries)
        return counts

    rows_of(here)
    asked()
    before = asked()
    for _ in range(5):
        rows_of(here)

    assert asked() == before


def test_visits_and_feedback_are_of_ones_own_stores(lead: Client, here: Store) -> None:
    ours, theirs = rows_of(here), rows_of(StoreFactory.create())

    for name in ("visit", "feedback"):
        assert lead.get(page(f"{name}_change", ours[name].pk)).status_code == 200
        assert lead.get(page(f"{name}_change", theirs[name].pk)).status_code == 404
        shown = lead.get(page(f"{name}_changelist")).context["cl"].queryset
        assert list(shown.values_list("pk", flat=True)) == [ours[name].pk]
    # What is known of a member is known in the whole house.
    for name in ("preference", "occasion", "note"):
        assert lead.get(page(f"{name}_change", theirs[name].pk)).status_code == 200


def test_who_may_see_nothing_sees_nothing() -> None:
    nobody = signed_in(UserFactory.create())

    for name in ("visit", "preference", "occasion", "note", "feedback"):
        assert nobody.get(page(f"{name}_changelist")).status_code in {302, 403}


def about(member: Member, store: Store, **typed: Any) -> dict[str, Any]:
    return {"member": f"#{member.pk}", "store": store.pk, **typed}


def test_a_note_is_written_and_withdrawn(lead: Client, here: Store) -> None:
    member = MemberFactory.create()

    lead.post(page("note_write_note"), about(member, here, words="喜欢安静"))
    note = Note.objects.get()
    assert (note.member, note.words, note.store) == (member, "喜欢安静", here)

    lead.post(f"/admin/recognition/note/{note.pk}/withdraw/", {})
    note.refresh_from_db()
    assert note.withdrawn_at is not None
    assert (
        lead.post(f"/admin/recognition/note/{note.pk}/withdraw/", {}).status_code == 403
    )


def test_likings_and_days_come_and_go(lead: Client, here: Store) -> None:
    member = MemberFactory.create(phone="+8613812345678")

    lead.post(
        page("preference_add_preference"),
        {
            "member": "138 1234 5678",
            "store": here.pk,
            "kind": "allergy",
            "words": "花生",
        },
    )
    lead.post(
        page("occasion_add_occasion"),
        about(member, here, kind="wedding", month=2, day=29),
    )
    preference, occasion = Preference.objects.get(), Occasion.objects.get()
    assert (preference.member, preference.kind) == (member, "allergy")
    assert (occasion.month, occasion.day) == (2, 29)

    for name, row in (("preference", preference), ("occasion", occasion)):
        lead.post(f"/admin/recognition/{name}/{row.pk}/remove-{name}/", {})
    assert everything(Preference, Occasion) == [[], []]


def test_a_complaint_is_cured_on_its_page(lead: Client, here: Store) -> None:
    member = MemberFactory.create()
    owner = UserFactory.holding("shift-lead", store=here, display_name="周建国")

    lead.post(
        page("feedback_record"),
        about(member, here, channel="counter", words="凉了", is_complaint="on"),
    )
    said = Feedback.objects.get()
    address = f"/admin/recognition/feedback/{said.pk}"
    lead.post(f"{address}/assign/", {"owner": owner.pk})
    lead.post(f"{address}/cure/", {"cure": "换了一碗"})

    said.refresh_from_db()
    assert (said.state, said.owner, said.cure) == ("cured", owner, "换了一碗")
    shown = lead.get(page("feedback_change", said.pk)).content.decode()
    assert "周建国" in shown
    assert "换了一碗" in shown


def test_what_was_noted_becomes_a_complaint(lead: Client, here: Store) -> None:
    said = FeedbackFactory.create(store=here)

    lead.post(f"/admin/recognition/feedback/{said.pk}/make-complaint/", {})

    said.refresh_from_db()
    assert said.state == "open"


@pytest.mark.parametrize("typed", mostly_long(NASTY, "a\x00b"))
def test_nonsense_is_a_sentence(lead: Client, here: Store, typed: str) -> None:
    member = MemberFactory.create()
    before = everything(*KEPT)
    forms = [
        (page("note_write_note"), about(member, here, words="x")),
        (page("preference_add_preference"), about(member, here, kind="like")),
        (
            page("occasion_add_occasion"),
            about(member, here, kind="wedding", month=2, day=30),
        ),
        (page("feedback_record"), about(member, here, channel="counter")),
    ]

    for address, good in forms:
        for field in good:
            answer = lead.post(address, {**good, field: typed})
            assert answer.status_code in {200, 302}, (address, field)
    for address, good in forms:
        answer = lead.post(address, {**good, "member": typed, "store": typed})
        assert answer.status_code == 200

    found = everything(*KEPT)
    for kept in found[2]:  # a note of odd words is a note, never of nothing
        assert kept["words"].strip()
    assert found[:2] + found[3:] == before[:2] + before[3:]


def test_forged_posts_are_refused(here: Store) -> None:
    rows = rows_of(here)
    elsewhere = signed_in(
        UserFactory.holding("store-manager", store=StoreFactory.create())
    )
    auditor = signed_in(UserFactory.holding("auditor"))
    marketing = signed_in(UserFactory.holding("marketing", store=here))
    member, said = MemberFactory.create(), rows["feedback"]
    before = everything(*KEPT)
    owner = UserFactory.holding("shift-lead", store=here)

    note = rows["note"]
    acts = [
        (page("note_write_note"), about(member, here, words="x")),
        (
            page("preference_add_preference"),
            about(member, here, kind="like", words="x"),
        ),
        (
            page("occasion_add_occasion"),
            about(member, here, kind="wedding", month=1, day=1),
        ),
        (page("feedback_record"), about(member, here, channel="phone", words="x")),
        (f"/admin/recognition/note/{note.pk}/withdraw/", {}),
        (f"/admin/recognition/feedback/{said.pk}/assign/", {"owner": owner.pk}),
        (f"/admin/recognition/feedback/{said.pk}/cure/", {"cure": "x"}),
        (f"/admin/recognition/feedback/{said.pk}/make-complaint/", {}),
    ]
    for client in (auditor, marketing, elsewhere):
        for address, typed in acts:
            answer = client.post(address, typed)
            assert answer.status_code in {200, 302, 403, 404}, address
            assert everything(*KEPT) == before, address
    for name, row in rows.items():
        for client in (auditor, elsewhere):
            client.post(page(f"{name}_change", row.pk), {"words": "mine", "amount": 1})
            client.post(page(f"{name}_delete", row.pk), {"post": "yes"})
    assert everything(*KEPT) == before
    assert RecognitionPolicy.objects.count() == 1


def test_head_office_publishes_the_next_rules(office: Client) -> None:
    answer = office.post(
        page("recognitionpolicy_add"),
        {
            "own_within_hours": 2,
            "cure_within_hours": 24,
            "complaint_up_to_score": "",
            "occasion_soon_days": 7,
            "favourites_shown": 3,
            "notes_shown": 3,
            "reason": "faster",
            "in_force_from_0": "",
            "in_force_from_1": "",
        },
    )

    assert answer.status_code == 302
    assert RecognitionPolicy.objects.order_by("-number")[0].cure_within_hours == 24


def test_a_complaint_is_cured_by_its_owner_or_who_leads_there(here: Store) -> None:
    role = RoleFactory.create(
        permissions=["recognition.view_feedback", "recognition.cure_complaint"]
    )
    owner, other = (
        AssignmentFactory.create(role=role, store=here).user for _ in range(2)
    )
    said = a_complaint(here)
    recognition_services.assign_complaint(
        feedback_id=said.pk, owner=owner, by=someone("shift-lead", store=here), at=NOON
    )
    shown = FeedbackAdmin(Feedback, site)

    def may(user: User) -> bool:
        request = RequestFactory().get("/")
        request.user = user
        return shown.has_cure_permission(request, str(said.pk))

    lead = UserFactory.holding("shift-lead", store=here)
    assert [may(user) for user in (owner, lead, other)] == [True, True, False]
