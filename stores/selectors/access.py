"""Who may do what, and where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from stores.models import Assignment, Shift, Store, User

VERBS = {
    "view": _("view"),
    "add": _("add"),
    "change": _("change"),
    "delete": _("delete"),
}


@dataclass(frozen=True, slots=True)
class PermissionGrant:
    """What one assignment gives; `store_id` None is every store."""

    permissions: frozenset[str]
    store_id: int | None
    role_id: int


def grants_of(user: User) -> list[PermissionGrant]:
    """Everything a person's roles give, as it stands now."""
    rows = Assignment.objects.filter(user_id=user.pk).values_list(
        "role__permissions", "store_id", "role_id"
    )
    return [
        PermissionGrant(frozenset(permissions), store_id, role_id)
        for permissions, store_id, role_id in rows
    ]


def user_may(user: User, permission: str, *, store: Store | None = None) -> bool:
    """May this person do it at this store; with no store named, anywhere at all?"""
    if not user.is_active:
        return False
    if user.is_superuser:
        return True
    given = Assignment.objects.filter(
        user_id=user.pk, role__permissions__contains=[permission]
    )
    if store is not None:
        given = given.filter(Q(store=None) | Q(store_id=store.pk))
    return given.exists()


def user_may_everywhere(user: User, permission: str) -> bool:
    """May this person do what belongs to no single store?"""
    if not user.is_active:
        return False
    return user.is_superuser or (
        Assignment.objects.filter(
            user_id=user.pk, role__permissions__contains=[permission], store=None
        ).exists()
    )


def stores_for(user: User, permission: str) -> QuerySet[Store]:
    """The stores where this person may do it: what every list is cut to."""
    return user.stores_for(permission)


def people_for(user: User, permission: str) -> QuerySet[User]:
    """The staff this person may see: those who work in their stores, and themselves.

    Who holds a role at every store, or none yet, is for those whose own reaches as far.
    """
    if user_may_everywhere(user, permission):
        return User.objects.all()
    theirs = Assignment.objects.filter(user_id=OuterRef("pk"))
    mine = stores_for(user, permission).values("pk")
    return User.objects.filter(
        Q(pk=user.pk) | Q(Exists(theirs.filter(store_id__in=mine)))
    )


def checkers_for(maker: User, act: str) -> QuerySet[User]:
    """Who may stand beside the maker as the second person, at one of their stores.

    The choice of a form; whether the approval counts is decided when it is given.
    """
    given = Q(assignments__role__permissions__contains=["stores.approve"])
    here = Q(assignments__store=None) | Q(
        assignments__store__in=stores_for(maker, act).values("pk")
    )
    return (
        User.objects.filter((given & here) | Q(is_superuser=True), is_active=True)
        .exclude(pk=maker.pk)
        .distinct()
        .order_by("display_name")
    )


def takers_for(shift: Shift) -> QuerySet[User]:
    """Who may take a till over: those whose role gives it at its store."""
    given = Q(assignments__role__permissions__contains=["stores.hand_over"])
    here = Q(assignments__store=None) | Q(assignments__store_id=shift.store_id)
    return (
        User.objects.filter(given & here, is_active=True)
        .exclude(pk=shift.holder_id)
        .distinct()
        .order_by("display_name")
    )


def may_manage(by: User, user: User, permission: str) -> bool:
    """May `by` change this person's PIN, password or name?

    Not of somebody who may do more, or elsewhere: whoever sets a PIN can use it.
    """
    if by.is_superuser and by.is_active:
        return True
    if user.is_superuser or not by.is_active:
        return False
    theirs = grants_of(user)
    if not theirs:
        return user_may_everywhere(by, permission)
    mine = grants_of(by)
    return all(
        _reaches(mine, {permission, *grant.permissions}, grant.store_id)
        for grant in theirs
    )


def may_give(by: User, permissions: Iterable[str], store_id: int | None) -> bool:
    """Nobody gives what they do not hold themselves, at least as widely."""
    if not by.is_active:
        return False
    return by.is_superuser or _reaches(grants_of(by), set(permissions), store_id)


def _reaches(
    mine: list[PermissionGrant], wanted: set[str], store_id: int | None
) -> bool:
    held: set[str] = set()
    for grant in mine:
        if grant.store_id is None or grant.store_id == store_id:
            held |= grant.permissions
    return wanted <= held


def permission_words(name: str) -> str:
    """What a verb is called; one that the house does not know, as it is written."""
    label = _labels().get(name)
    return str(label) if label else name


@cache
def _labels() -> dict[str, str | Promise]:
    """Of every app; said in the language of whoever reads it."""
    configs = apps.get_app_configs()
    return {name: words for app in configs for name, words in _permissions_of(app)}


def _permissions_of(app: AppConfig) -> Iterator[tuple[str, str | Promise]]:
    for model in app.get_models():
        options = model._meta
        if options.model_name is None or options.model_name.startswith("historical"):
            continue
        for verb in options.default_permissions:
            name = f"{app.label}.{get_permission_codename(verb, options)}"
            yield name, format_lazy("{}: {}", options.verbose_name_plural, VERBS[verb])
        for codename, words in options.permissions:
            yield f"{app.label}.{codename}", words


def all_permissions() -> dict[str, str]:
    """Every verb that the house knows, with what it is called."""
    known = {
        name: str(words)
        for app in apps.get_app_configs()
        if app.label in settings.HOUSE_APPS
        for name, words in _permissions_of(app)
    }
    by_app_and_words = sorted(
        known.items(), key=lambda it: (it[0].split(".")[0], it[1])
    )
    return dict(by_app_and_words)
