"""Which rules were in force when, and what each version changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models

from .errors import NoPolicy
from .models import PolicyVersion, ShopPolicy
from .profiles import Profile

LARGEST: Final = 10**15  # minor units, as in the books


def in_force[P: PolicyVersion](model: type[P], *, at: datetime) -> P:
    """The version of these rules that held at a moment. Raises NoPolicy."""
    found = (
        model._default_manager.filter(in_force_from__lte=at)
        .order_by("-in_force_from")
        .first()
    )
    if found is None:
        raise NoPolicy
    return found


def profile(*, at: datetime) -> Profile:
    """The country's rules that the house kept at a moment."""
    return in_force(ShopPolicy, at=at).rules


def rules_of(model: type[PolicyVersion]) -> list[models.Field[Any, Any]]:
    """The columns that a person writes when publishing a version."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that a version set otherwise; values as people read them."""

    field: str
    name: str
    before: object
    after: object


def changes(version: PolicyVersion) -> list[Change]:
    """What a version set otherwise than the one that was in force before it."""
    model = type(version)
    before = (
        model._default_manager.filter(in_force_from__lt=version.in_force_from)
        .order_by("-in_force_from")
        .first()
    )
    if before is None:
        return []
    return [
        Change(
            field.name,
            str(field.verbose_name),
            _shown(before, field),
            _shown(version, field),
        )
        for field in rules_of(model)
        if field.name not in ("in_force_from", "reason")
        and field.value_from_object(before) != field.value_from_object(version)
    ]


def _shown(version: PolicyVersion, field: models.Field[Any, Any]) -> object:
    value = field.value_from_object(version)
    named = dict(field.flatchoices) if field.flatchoices else {}
    return named.get(value, value) if named else value  # a list is no choice
