"""Members for tests."""

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from members.models import Member
from tests.factories.stores import NOON


class MemberFactory(DjangoModelFactory[Member]):
    """Someone with a name and a phone."""

    class Meta:
        model = Member

    name = Sequence(lambda n: f"Member {n}")
    phone = Sequence(lambda n: f"+86138{n:08d}")
    joined_at = NOON
