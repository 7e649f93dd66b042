"""The lists of the office, each with few and with more rows."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

FEW, MORE = 2, 6


def questions(client: Client) -> Iterator[tuple[str, list[str], list[str]]]:
    """What each list with more than a few rows asks the database for few of them, and
    for more.
    """
    for model, page in admin.site._registry.items():
        if model._base_manager.count() <= FEW:
            continue
        where = reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        )
        client.get(where)  # what is asked once for all is known then
        few, more = (asked(client, page, where, rows) for rows in (FEW, MORE))
        yield model._meta.label, few, more


def asked(client: Client, page: Any, where: str, rows: int) -> list[str]:
    usual = page.list_per_page
    page.list_per_page = rows
    try:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(where).status_code == 200, where
    finally:
        page.list_per_page = usual
    return [query["sql"] for query in queries.captured_queries]
