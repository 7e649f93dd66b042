"""Whom the office means when it issues to a segment: described, then looked up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet

from members.models import Member
from tiers.models import Standing

from .errors import AudienceRefused

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class MemberStatement:
    """Active members as a statement that gives each number once, for whoever takes very
    many: in a query around it they would all be looked up once more.
    """

    sql: str
    params: Sequence[Any]

    def count(self) -> int:
        """How many they are now."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM ({self.sql}) found",  # noqa: S608 (compiled; values are parameters)
                self.params,
            )
            return int(cursor.fetchone()[0])


type Audience = QuerySet[Member] | MemberStatement


@dataclass(frozen=True, slots=True)
class AudienceKind:
    """A way to say who is meant, which an app above knows how to look up."""

    word: str
    label: "str | StrPromise"
    field_label: "str | StrPromise"
    choices: Callable[[], QuerySet[Any]]
    describe: Callable[[Any], dict[str, object]]
    # Raises a DomainError where nobody can say any more who that is.
    members: Callable[[dict[str, object], datetime], Audience]


_kinds: dict[str, AudienceKind] = {}


def register(kind: AudienceKind) -> None:
    """Let the office choose such an audience too."""
    _kinds[kind.word] = kind


def kinds() -> list[AudienceKind]:
    """The audiences that apps above know."""
    return list(_kinds.values())


def words() -> list[str]:
    """How every audience begins that can be looked up again."""
    return ["everyone", "tag", "tier", *_kinds]


def audience_of(described: dict[str, object], *, at: datetime) -> Audience | None:
    """The active members that a description means; None is everyone.

    Raises AudienceRefused for a description that only its caller could look up, and
    what the kind of audience refuses.
    """
    of, pk = described.get("of"), described.get("pk")
    if of == "everyone":
        return None
    active = Member.objects.filter(status=Member.Status.ACTIVE)
    if of == "tag" and isinstance(pk, int):
        return active.filter(tags=pk)
    if of == "tier" and isinstance(pk, int):
        return active.filter(pk__in=Standing.objects.filter(tier=pk).values("member"))
    kind = _kinds.get(str(of))
    if kind is None:
        raise AudienceRefused
    return kind.members(described, at)


def count(described: dict[str, object], *, at: datetime) -> int:
    """How many members that is at a moment."""
    audience = audience_of(described, at=at)
    if audience is None:
        audience = Member.objects.filter(status=Member.Status.ACTIVE)
    return audience.count()
