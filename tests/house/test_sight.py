"""No form of the office takes a day that nobody can read again."""

from datetime import UTC, date, datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import DateField
from django.test import RequestFactory

from checkout.models import BillOffer
from common.sight import in_sight
from config.house import APPS
from tests.factories.stores import UserFactory

pytestmark = pytest.mark.django_db
DAYS = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField)
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
OUT_OF_SIGHT = [
    datetime(1, 1, 1, tzinfo=EAST),
    datetime(1899, 12, 31, 23, 59, tzinfo=UTC),
    datetime(3000, 1, 1, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, tzinfo=WEST),
    date(1, 1, 1),
    date(9999, 12, 31),
]


def days_typed() -> list[tuple[str, forms.Field]]:
    """Each day or moment that somebody may type on a page of a row."""
    request = RequestFactory().get("/admin/")
    request.user = UserFactory.create(is_superuser=True)
    typed = []
    for model, page in admin.site._registry.items():
        if model._meta.app_label not in APPS or not page.has_add_permission(request):
            continue
        found: list[tuple[Any, Any]] = [(model, page.get_form(request))]
        for inline in page.get_inline_instances(request):
            rows = inline.get_formset(request)
            found.append((inline.model, rows.form))
        for owner, form in found:
            days = {
                field.name
                for field in owner._meta.get_fields()
                if isinstance(field, DateField)
            }
            typed += [
                (f"{owner._meta.label}.{name}", field)
                for name, field in form.base_fields.items()
                if name in days
            ]
    return typed


@pytest.mark.parametrize("named", OUT_OF_SIGHT)
def test_a_day_out_of_sight_is_refused(named: date) -> None:
    with pytest.raises(ValidationError, match="1900 to 2999"):
        in_sight(named)


def test_every_page_of_a_row_refuses_it() -> None:
    typed = days_typed()

    assert len(typed) > 20
    assert [name for name, field in typed if in_sight not in field.validators] == []


def test_the_database_keeps_each_in_sight() -> None:
    """But where only a command writes, and what it wrote stays for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass || '.' || attname FROM pg_constraint "
            "JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) "
            "WHERE conname LIKE '%days_in_sight'"
        )
        kept = {row[0] for row in cursor.fetchall()}
    columns = {
        apps.get_model(label)._meta.db_table + "." + name
        for label, name in (place.rsplit(".", 1) for place, _field in days_typed())
        if name != "in_force_from"
    }

    assert columns - kept == set()


@pytest.mark.parametrize("moment", ["0001-01-01 00:00+08", "9999-12-31 23:59-12"])
def test_not_even_raw_sql_names_one(moment: str) -> None:
    offer = BillOffer.objects.create(name_en="Off", min_spend=2, amount_off=1)
    with (
        pytest.raises(IntegrityError, match="days_in_sight"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE checkout_billoffer SET starts_at = %s", [moment])
    offer.refresh_from_db()
    assert offer.starts_at is None


def test_every_other_form_of_the_house_refuses_it() -> None:
    import_module(settings.ROOT_URLCONF)  # and with it every form that there is
    waiting = list(forms.Form.__subclasses__()) + list(forms.ModelForm.__subclasses__())
    kinds: set[Any] = set()
    while waiting:
        kind = waiting.pop()
        if kind not in kinds:
            kinds.add(kind)
            waiting += kind.__subclasses__()
    open_ended = {
        f"{kind.__module__}.{kind.__name__}.{name}"
        for kind in kinds
        if kind.__module__.split(".")[0] in APPS
        for name, field in getattr(kind, "declared_fields", {}).items()
        if isinstance(field, DAYS)
        if in_sight not in field.validators
    }
    assert open_ended == set()
