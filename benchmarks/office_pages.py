"""The addresses of the office: every list, form, row and page of our own."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from stores.models import Assignment, Role, Store, User

CHOICES: Final = 6  # of a filter with very many
SAMPLES: Final = 3  # rows of a kind
TRIED: Final = 40  # rows until a page of one is found
NOBODY = "no such word"


def clients() -> dict[str, Client]:
    """Head office, and the manager of one store."""
    people = {"all stores": _person("bench-root"), "one store": _person("bench-store")}
    manager = people["one store"]
    Assignment.objects.get_or_create(
        user=manager,
        role=Role.objects.get(code="store-manager"),
        store=Store.objects.order_by("pk")[0],
    )
    User.objects.filter(pk=people["all stores"].pk).update(is_superuser=True)
    found = {}
    for who, person in people.items():
        person.refresh_from_db()
        client = Client(
            raise_request_exception=False, headers={"Accept-Language": "zh-hans"}
        )
        client.defaults["SERVER_NAME"] = "localhost"
        client.force_login(person, backend="stores.backends.RoleBackend")
        found[who] = client
    return found


def _person(name: str) -> User:
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_user(name, "seven lanterns", display_name=name)


def addresses(client: Client, *, is_whole: bool) -> Iterator[str]:
    """All of them; for one store the lists and rows alone."""
    yield reverse("admin:index")
    for model, page in sorted(
        admin.site._registry.items(), key=lambda pair: pair[0]._meta.label
    ):
        yield from _of_model(client, model, page, is_whole=is_whole)


def _of_model(
    client: Client, model: type[Model], page: Any, *, is_whole: bool
) -> Iterator[str]:
    opts = model._meta
    where = f"admin:{opts.app_label}_{opts.model_name}"
    listed = reverse(f"{where}_changelist")
    yield listed
    answer = client.get(listed, secure=True)
    if answer.status_code != 200:
        return
    changes = answer.context["cl"]
    rows = [row.pk for row in changes.result_list[:TRIED]]
    if is_whole:
        queries = [
            *_pages(changes),
            *_filters(changes),
            *_days(changes),
            *_searches(changes),
        ]
        for query in dict.fromkeys(queries):
            yield f"{listed}?{query}"
        yield reverse(f"{where}_add")
    for key in rows[:SAMPLES]:
        yield reverse(f"{where}_change", args=[key])
    if is_whole:
        yield from _own_pages(client, page, rows)


def _pages(changes: Any) -> Iterator[str]:
    last = changes.paginator.num_pages
    if last > 1:
        yield urlencode({"p": 2})
        yield urlencode({"p": last})


def _filters(changes: Any) -> Iterator[str]:
    """Each choice of each filter; of very many some."""
    for spec in changes.filter_specs:
        found = [
            choice["query_string"].lstrip("?")
            for choice in spec.choices(changes)
            if choice.get("query_string")
        ]
        lookups = getattr(spec, "lookup_choices", None)
        name = getattr(spec, "parameter_name", None) or getattr(
            spec, "lookup_kwarg", None
        )
        if lookups and name:
            values = [one[0] if isinstance(one, tuple) else one for one in lookups]
            found += [urlencode({name: value}) for value in values]
        yield from _some(found, CHOICES)


def _some(found: list[Any], most: int) -> list[Any]:
    """So many at most, from the first to the last."""
    if len(found) <= most:
        return found
    return [found[place * (len(found) - 1) // (most - 1)] for place in range(most)]


def _days(changes: Any) -> Iterator[str]:
    """Year, month and day of the newest row of a list by days; and half a year back."""
    name = changes.date_hierarchy
    newest = name and changes.model._default_manager.order_by(f"-{name}").first()
    if not newest:
        return
    last = getattr(newest, name)
    day: date = last.date() if isinstance(last, datetime) else last
    for one in (day, day - timedelta(days=180)):
        parts = {"year": one.year, "month": one.month, "day": one.day}
        asked: dict[str, int] = {}
        for part, number in parts.items():
            asked[f"{name}__{part}"] = number
            yield urlencode(asked)


def _searches(changes: Any) -> Iterator[str]:
    """What stands in a row, by each field that is searched; and what stands nowhere."""
    fields = changes.search_fields
    if not fields:
        return
    for field in fields:
        path = field.lstrip("=^@").removesuffix("__istartswith")
        known = changes.root_queryset.exclude(**{f"{path}__isnull": True}).order_by()
        for value in known.values_list(path, flat=True)[:1]:
            yield urlencode({"q": str(value)})
    yield urlencode({"q": NOBODY})
    yield urlencode({"q": "123456789"})


def _own_pages(client: Client, page: Any, rows: Iterable[Any]) -> Iterator[str]:
    """Pages that are neither a list nor a form: of the whole, or of the first row that
    has one.
    """
    usual = ("_changelist", "_add", "_change", "_delete", "_autocomplete")
    for url in page.get_urls():
        name = str(url.name or "")
        if not name or name.endswith(usual):
            continue
        wanted = url.pattern.converters
        if name.endswith("_simple_history"):
            yield from _version(page.model, name, rows)
            continue
        if not wanted:
            yield reverse(f"admin:{name}")
            continue
        (argument,) = wanted
        for key in rows:
            path = reverse(f"admin:{name}", kwargs={argument: key})
            if client.get(path, secure=True).status_code == 200:
                yield path
                break


def _version(model: Any, name: str, rows: Iterable[Any]) -> Iterator[str]:
    """The newest version of the first row."""
    for key in list(rows)[:1]:
        version = model.history.filter(pk=key).first()
        if version is not None:
            yield reverse(f"admin:{name}", args=[key, version.history_id])
