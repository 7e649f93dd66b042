"""What the database refuses by itself, asked from outside; and without the guard."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from recognition import services as recognition_services
from recognition.models import Feedback, FeedbackStep
from tests.factories.members import MemberFactory
from tests.factories.recognition import (
    FeedbackFactory,
    NoteFactory,
    OccasionFactory,
    PreferenceFactory,
    VisitFactory,
    VisitLineFactory,
)
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.recognition.people import someone

pytestmark = pytest.mark.django_db


def rows() -> dict[str, int]:
    """One of each kind, by what it is called in the attacks."""
    store = StoreFactory.create()
    by = someone("shift-lead", store=store)
    complaint = recognition_services.record_feedback(
        member_id=MemberFactory.create().pk,
        store_id=store.pk,
        channel="counter",
        words="凉了",
        is_complaint=True,
        by=by,
        at=NOON,
    )
    visit = VisitFactory.create(store=store)
    return {
        "visit": visit.pk,
        "line": VisitLineFactory.create(visit=visit).pk,
        "note": NoteFactory.create(withdrawn_at=NOON).pk,
        "praise": FeedbackFactory.create(store=store).pk,
        "complaint": complaint.pk,
        "step": FeedbackStep.objects.get().pk,
        "staff": UserFactory.create().pk,
        "preference": PreferenceFactory.create(words="Tea").pk,
        "occasion": OccasionFactory.create().pk,
        "member": MemberFactory.create().pk,
        "store": store.pk,
    }


def attack(sql: str, facts: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, facts)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


VISIT = "UPDATE recognition_visit SET "
NOTE = "UPDATE recognition_note SET "
SAID = "UPDATE recognition_feedback SET "
ATTACKS = [
    "DELETE FROM recognition_visit WHERE id = %(visit)s",
    "DELETE FROM recognition_visitline WHERE id = %(line)s",
    "DELETE FROM recognition_note WHERE id = %(note)s",
    "DELETE FROM recognition_feedback WHERE id = %(praise)s",
    "DELETE FROM recognition_feedbackstep WHERE id = %(step)s",
    "TRUNCATE recognition_visit CASCADE",
    "TRUNCATE recognition_visitline",
    "TRUNCATE recognition_note",
    "TRUNCATE recognition_feedback CASCADE",
    "TRUNCATE recognition_feedbackstep",
    "TRUNCATE recognition_recognitionpolicy",
    "UPDATE recognition_recognitionpolicy SET cure_within_hours = 9",
    "DELETE FROM recognition_recognitionpolicy",
    "UPDATE recognition_visitline SET amount = 1 WHERE id = %(line)s",
    "UPDATE recognition_feedbackstep SET actor = 'system:x' WHERE id = %(step)s",
    VISIT + "amount = amount + 1 WHERE id = %(visit)s",
    VISIT + "business_date = business_date + 1 WHERE id = %(visit)s",
    VISIT + "reference = 'other' WHERE id = %(visit)s",
    VISIT + "voided_at = now(), amount = 0 WHERE id = %(visit)s",
    NOTE + "words = 'other' WHERE id = %(note)s",
    NOTE + "words = '', withdrawn_at = NULL WHERE id = %(note)s",
    NOTE + "author_id = %(staff)s WHERE id = %(note)s",
    NOTE + "withdrawn_at = NULL WHERE id = %(note)s",
    NOTE + "words = '' WHERE id = %(note)s",
    NOTE + "words = 'still here', wiped_at = now() WHERE id = %(note)s",
    SAID + "words = 'other' WHERE id = %(complaint)s",
    SAID + "score = 0 WHERE id = %(praise)s",
    SAID + "words = 'still', wiped_at = now() WHERE id = %(complaint)s",
    # The graph: no step skipped, none backwards, none without being written down.
    SAID + "state = 'owned', owner_id = %(staff)s WHERE id = %(complaint)s",
    SAID + "state = 'noted', own_by = NULL, cure_by = NULL WHERE id = %(complaint)s",
    SAID + "state = 'cured', owner_id = %(staff)s, cured_at = now(), cure = 'x'"
    " WHERE id = %(complaint)s",
    SAID + "owner_id = %(staff)s WHERE id = %(complaint)s",
    SAID + "state = 'gone' WHERE id = %(complaint)s",
    "INSERT INTO recognition_feedbackstep (feedback_id, at, state, owner_id, actor)"
    " VALUES (%(complaint)s, now(), 'owned', %(staff)s, 'system:x')",
    "INSERT INTO recognition_feedbackstep (feedback_id, at, state, actor)"
    " VALUES (%(praise)s, now(), 'open', 'system:x')",
    "INSERT INTO recognition_feedback (member_id, store_id, at, channel, words, state,"
    " owner_id, cure_by, cured_at, cure) VALUES (%(member)s, %(store)s, now(), 'other',"
    " 'x', 'cured', %(staff)s, now(), now(), 'x')",
    "INSERT INTO recognition_feedback (member_id, store_id, at, channel, words, state,"
    " own_by, cure_by, cure) VALUES (%(member)s, %(store)s, now(), 'other',"
    " 'x', 'open', now(), now(), '')",
    "INSERT INTO recognition_feedback (member_id, store_id, at, channel, words, state,"
    " cure) VALUES (%(member)s, %(store)s, now(), 'other', '', 'noted', '')",
    "INSERT INTO recognition_visit (member_id, store_id, at, business_date, amount,"
    " source, reference) VALUES (%(member)s, %(store)s, now(), now(), -1, 'a', 'b')",
    "INSERT INTO recognition_visit (member_id, store_id, at, business_date, amount,"
    " source, reference) VALUES (%(member)s, %(store)s, now(), now(), 1, 'A B', 'b')",
    "INSERT INTO recognition_visit (member_id, store_id, at, business_date, amount,"
    " source, reference) SELECT member_id, store_id, at, business_date, amount,"
    " source, reference FROM recognition_visit WHERE id = %(visit)s",
    "INSERT INTO recognition_visitline (visit_id, sku, name, category, quantity,"
    " amount) VALUES (%(visit)s, 'a', 'a', '', 0, 1)",
    "INSERT INTO recognition_preference (member_id, at, kind, words)"
    " SELECT member_id, at, kind, upper(words) FROM recognition_preference"
    " WHERE id = %(preference)s",
    "UPDATE recognition_preference SET kind = 'creed' WHERE id = %(preference)s",
    "UPDATE recognition_preference SET words = '' WHERE id = %(preference)s",
    "UPDATE recognition_occasion SET month = 2, day = 30 WHERE id = %(occasion)s",
    "UPDATE recognition_occasion SET year = 12 WHERE id = %(occasion)s",
]


@pytest.mark.parametrize("sql", ATTACKS)
def test_it_is_refused(sql: str) -> None:
    facts = rows()

    with pytest.raises(DatabaseError):
        attack(sql, facts)


@pytest.mark.parametrize("sql", ATTACKS[:12:3])
def test_it_is_refused_to_a_replicas_session_too(sql: str) -> None:
    facts = rows()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")

    with pytest.raises(DatabaseError):
        attack(sql, facts)


@pytest.mark.parametrize(
    ("table", "trigger", "sql"),
    [
        ("visit", "stays_as_noted", VISIT + "amount = 7 WHERE id = %(visit)s"),
        ("visitline", "never_changed", "UPDATE recognition_visitline SET amount = 1"),
        ("note", "stays_as_written", NOTE + "words = 'other' WHERE id = %(note)s"),
        (
            "feedback",
            "follows_its_graph",
            SAID + "words = 'other' WHERE id = %(complaint)s",
        ),
        (
            "feedback",
            "has_its_step",
            SAID + "state = 'owned', owner_id = %(staff)s WHERE id = %(complaint)s",
        ),
        (
            "feedbackstep",
            "is_true",
            "INSERT INTO recognition_feedbackstep (feedback_id, at, state, owner_id,"
            " actor) VALUES (%(complaint)s, now(), 'owned', %(staff)s, 'system:x')",
        ),
    ],
)
def test_it_is_the_guard_that_refuses(table: str, trigger: str, sql: str) -> None:
    facts = rows()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE recognition_{table}"
            f" DISABLE TRIGGER recognition_{table}_{trigger}"
        )

    attack(sql, facts)


def test_wiping_is_the_one_change_of_words() -> None:
    facts = rows()

    attack(NOTE + "words = '', wiped_at = now() WHERE id = %(note)s", facts)
    attack(SAID + "words = '', wiped_at = now() WHERE id = %(complaint)s", facts)

    assert Feedback.objects.get(pk=facts["complaint"]).words == ""
