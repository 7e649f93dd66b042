"""Who acted, as a reader knows them: by name, not by the code that rows keep."""

from typing import Any, cast

from django.db.models import (
    BigIntegerField,
    Case,
    F,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, Substr
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.models import ApiKey, User

from .base import ScopedAdmin, display


def _number(kind: str) -> Case:
    """The number in a code of this kind; nothing in any other."""
    return Case(
        When(
            actor__regex=rf"^{kind}:[0-9]{{1,18}}$",
            then=Cast(Substr("actor", len(kind) + 2), BigIntegerField()),
        )
    )


def with_actor[M: Model](rows: QuerySet[M]) -> QuerySet[M]:
    """The same rows, each knowing the name that `by_whom` writes."""
    person = Coalesce(NullIf(F("display_name"), Value("")), F("username"))
    people = User.objects.filter(pk=OuterRef("actor_staff")).values(said=person)
    keys = ApiKey.objects.filter(pk=OuterRef("actor_key")).values("name")
    named = rows.alias(actor_staff=_number("staff"), actor_key=_number("key")).annotate(
        actor_name=Coalesce(Subquery(people), Subquery(keys))
    )
    return cast("QuerySet[M]", named)


def by_whom(row: Any) -> str:
    """A person's name, a program's key by its name, the member, or the house itself;
    of a row of `with_actor`.
    """
    kind = row.actor.partition(":")[0]
    if kind == "member":
        return _("the member")
    if kind == "system":
        return _("the system")
    if row.actor_name is None:  # of a kind that nobody taught this page
        return str(row.actor)
    if kind == "key":
        return _("API key: %(name)s") % {"name": row.actor_name}
    return str(row.actor_name)


class ActedAdmin[M: Model](ScopedAdmin[M]):
    """Rows that keep who made them, with `by` as a column and a field of theirs."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Each with the name of whoever acted, in the same question."""
        return with_actor(super().get_queryset(request))

    @display(description=gettext_lazy("by"))
    def by(self, row: M) -> str:
        """Who acted."""
        return by_whom(row)
