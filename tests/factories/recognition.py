"""Visits, and what is known and said, for tests."""

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from recognition.models import Feedback, Note, Occasion, Preference, Visit, VisitLine
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory


class VisitFactory(DjangoModelFactory[Visit]):
    """A visit by itself; `note_visit` also keeps the summary."""

    class Meta:
        model = Visit

    member = SubFactory(MemberFactory)
    store = SubFactory(StoreFactory)
    at = NOON
    business_date = LazyAttribute(lambda visit: visit.at.date())
    amount = 100_00
    source = "sale"
    reference = Sequence(lambda n: f"R{n}")


class VisitLineFactory(DjangoModelFactory[VisitLine]):
    class Meta:
        model = VisitLine

    visit = SubFactory(VisitFactory)
    sku = Sequence(lambda n: f"D{n}")
    name = Sequence(lambda n: f"Dish {n}")
    amount = 38_00


class PreferenceFactory(DjangoModelFactory[Preference]):
    class Meta:
        model = Preference

    member = SubFactory(MemberFactory)
    at = NOON
    author = SubFactory(UserFactory)
    kind = Preference.Kind.LIKE
    words = Sequence(lambda n: f"something {n}")


class OccasionFactory(DjangoModelFactory[Occasion]):
    class Meta:
        model = Occasion

    member = SubFactory(MemberFactory)
    at = NOON
    author = SubFactory(UserFactory)
    kind = Occasion.Kind.WEDDING
    month = 11
    day = 28


class NoteFactory(DjangoModelFactory[Note]):
    class Meta:
        model = Note

    member = SubFactory(MemberFactory)
    at = NOON
    author = SubFactory(UserFactory)
    store = SubFactory(StoreFactory)
    words = Sequence(lambda n: f"note {n}")


class FeedbackFactory(DjangoModelFactory[Feedback]):
    """Praise; a complaint is made by `record_feedback`, with its step."""

    class Meta:
        model = Feedback

    member = SubFactory(MemberFactory)
    store = SubFactory(StoreFactory)
    at = NOON
    channel = Feedback.Channel.COUNTER
    score = 9
