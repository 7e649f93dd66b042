"""A till for tests: a key, and a client that sends it."""

import itertools
import json
from typing import Any

from django.test import Client
from django.utils.timezone import now

from ledger.services import Act
from stores import services as stores_services
from stores.models import Store
from tests.factories.stores import StoreFactory

_numbers = itertools.count(1)


class Till:
    """A client with a key of a store, or (store None) of the head office."""

    def __init__(self, *, store: Store | None, scopes: tuple[str, ...] = ()) -> None:
        self.client = Client(raise_request_exception=False)
        self.store = store
        self.key, self.text = stores_services.create_api_key(
            name=f"till {next(_numbers)}", store=store, scopes=scopes, at=now()
        )

    def send(
        self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str
    ) -> Any:
        """Send a request as a till does; `headers` by their names, `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Authorization": f"Bearer {self.text}", **named}
        if key:
            named["Idempotency-Key"] = key
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=named,
        )

    def ask(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(
        self, path: str, body: Any = None, *, key: str = "", **headers: str
    ) -> Any:
        return self.send("POST", path, body, key=key, **headers)

    def act(self) -> Act:
        """What this till does at this moment."""
        return stores_services.act(key=self.key, store=self.store, at=now())


def a_till(*scopes: str, store: Store | None = None) -> Till:
    """A till of a store (a new one, unless named) that may do what is named, or all."""
    return Till(store=store or StoreFactory.create(), scopes=scopes)


def the_office(*scopes: str) -> Till:
    """A program of the head office."""
    return Till(store=None, scopes=scopes)


def a_key() -> str:
    """An idempotency key that nobody used."""
    return f"key-{next(_numbers)}"


def is_problem(response: Any, status: int, code: str) -> bool:
    """Whether an answer is this refusal, whole and well-formed."""
    if response["Content-Type"] != "application/problem+json":
        raise AssertionError(response.content)
    said = response.json()
    found = (response.status_code, said["status"], said["code"])
    if found != (status, status, code):
        raise AssertionError(said)
    return bool(said["type"] and said["title"] and said["detail"])
