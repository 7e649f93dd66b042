"""What import-linter cannot see: how tables point at each other."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from tests.house.sources import APPS

OUR_MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in APPS
]


def links() -> Iterator[models.ForeignKey[models.Model, models.Model]]:
    """Foreign keys that we wrote; the history tables are simple-history's."""
    for model in OUR_MODELS:
        if model.__name__.startswith("Historical") or model._meta.auto_created:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey):
                yield field


def test_there_is_something_to_look_at() -> None:
    assert len(list(links())) > 10


def test_a_link_to_another_app_adds_nothing_to_it() -> None:
    meddling = [
        str(field)
        for field in links()
        if field.related_model._meta.app_label != field.model._meta.app_label
        and field.remote_field.related_name != "+"
        and not str(field.remote_field.related_name).endswith("+")
    ]
    assert meddling == []


def test_nothing_disappears_because_something_else_did() -> None:
    careless = [
        str(field)
        for field in links()
        if field.remote_field.on_delete is not models.PROTECT
        and not field.remote_field.parent_link
    ]
    assert careless == []


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_an_order_is_asked_for_where_it_is_needed(model: type[models.Model]) -> None:
    of_history = ("-history_date", "-history_id")
    is_history = model.__name__.startswith("Historical")
    assert tuple(model._meta.ordering or ()) == (of_history if is_history else ())


def test_constraints_and_indexes_say_whose_they_are() -> None:
    nameless = [
        constraint.name
        for model in OUR_MODELS
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{model._meta.app_label}_")
    ]
    assert nameless == []
