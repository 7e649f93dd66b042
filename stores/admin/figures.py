"""Columns that are kept as whole numbers and typed and read as something else."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import Field, Model
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from common.fixed_point import FACTOR_PLACES, PERCENT_PLACES, plain_number
from common.forms import FixedPointField, MoneyField
from common.money import format_money

MOST = 10**15  # more than any amount or factor that makes sense


class HasFigures(Protocol):
    """An admin that says which of its columns are what."""

    money_fields: tuple[str, ...]
    percent_fields: tuple[str, ...]
    factor_fields: tuple[str, ...]


type Writers = Mapping[str, Callable[[int], str]]


def format_percent(per_mille: int) -> str:
    """75 per mille are read as 7.5%."""
    return f"{plain_number(per_mille, PERCENT_PLACES)}%"


def format_factor(thousandths: int) -> str:
    """1500 are read as × 1.5."""
    return f"× {plain_number(thousandths, FACTOR_PLACES)}"


def writers_of(admin: HasFigures) -> Writers:
    """How each of its figures is read, by column."""
    return {
        **dict.fromkeys(admin.money_fields, format_money),
        **dict.fromkeys(admin.percent_fields, format_percent),
        **dict.fromkeys(admin.factor_fields, format_factor),
    }


def form_field(admin: HasFigures, db_field: Field[Any, Any]) -> forms.Field | None:
    """The field that a figure is typed in; None for a column that is none."""
    limits = [
        one.limit_value
        for one in db_field.validators
        if isinstance(one, MaxValueValidator) and isinstance(one.limit_value, int)
    ]
    common: dict[str, Any] = {
        "label": db_field.verbose_name,
        "help_text": db_field.help_text,
        "required": not (db_field.blank or db_field.null),
        "min_value": 0,
        "max_value": min([MOST, *limits]),
        "widget": UnfoldAdminTextInputWidget(
            attrs={"inputmode": "decimal", "autocomplete": "off"}
        ),
    }
    if db_field.name in admin.money_fields:
        return MoneyField(**common)
    if db_field.name in admin.percent_fields:
        return FixedPointField(places=PERCENT_PLACES, **common)
    if db_field.name in admin.factor_fields:
        return FixedPointField(places=FACTOR_PLACES, **common)
    return None


def as_read(model: type[Model], names: Iterable[Any], writers: Writers) -> list[Any]:
    """The columns of a page, its figures as people read them."""
    return [
        as_read(model, name, writers)
        if isinstance(name, list | tuple)
        else _written(model, name, writers[name])
        if name in writers
        else name
        for name in names
    ]


def _written(
    model: type[Model], name: str, write: Callable[[int], str]
) -> Callable[[Any], str]:
    def shown(row: Any) -> str:
        number = getattr(row, name)
        return "–" if number is None else write(number)

    shown.__name__ = name
    field = model._meta.get_field(name)
    described: Callable[[Any], str] = display(
        description=getattr(field, "verbose_name", name)
    )(shown)
    return described
