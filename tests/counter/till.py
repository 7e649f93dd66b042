"""A screen that is bound to a till, and what is typed into it."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from counter import keys, place
from stores.models import Shift, Store, Till, User
from tests.factories.stores import (
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
    take_away,
)


@dataclass
class AtTill:
    """Somebody in a role, in front of a screen of a store."""

    user: User
    till: Till
    shift: Shift | None
    client: Client = field(default_factory=Client)
    bill: str = field(init=False, default="")  # the key of the bill on the screen

    def __post_init__(self) -> None:
        self.bill = self.key()

    @classmethod
    def opened(cls, role: str = "cashier", *, store: Store | None = None) -> "AtTill":
        """With an open shift."""
        store = store or StoreFactory.create()
        user = UserFactory.holding(role, store=store)
        till = TillFactory.create(store=store)
        shift = ShiftFactory.today(till=till, opened_by=user)
        return cls(user, till, shift).signed_in()

    @classmethod
    def unopened(cls, role: str = "cashier") -> "AtTill":
        """Signed in, at a till without a shift."""
        store = StoreFactory.create()
        user = UserFactory.holding(role, store=store)
        return cls(user, TillFactory.create(store=store), None).signed_in()

    def without(self, *permissions: str) -> "AtTill":
        """The same, in a role that does not give these."""
        take_away(self.user, *permissions)
        return self

    @property
    def store(self) -> Store:
        return self.till.store

    def signed_in(self, user: User | None = None) -> "AtTill":
        """At the same screen, as whoever is named."""
        self.client.force_login(
            user or self.user, backend="stores.backends.RoleBackend"
        )
        self.bind(self.till)
        return self

    def bind(self, till: Till) -> None:
        """What `choose_till` leaves in the browser."""
        answer = HttpResponse()
        place.bind(answer, till)
        self.client.cookies.update(answer.cookies)

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(f"/counter/{path}", **options)

    def post(
        self, path: str, told: dict[str, Any] | None = None, **options: Any
    ) -> Any:
        """As htmx sends it; what is laid down is laid on the bill on the screen."""
        if path.endswith("on-the-counter/"):
            told = {"key": self.bill, **(told or {})}
        headers = {"HX-Request": "true", **options.pop("headers", {})}
        return self.client.post(
            f"/counter/{path}", told or {}, headers=headers, **options
        )

    def key(self, word: str = "sale") -> str:
        return keys.mint(self.till, word)

    def quote(self, amount: str, **told: Any) -> str:
        """The fragment of a quote."""
        told = {"key": self.bill, **told}
        return str(self.post("quote/", {"amount": amount, **told}).content.decode())

    def charge(self, amount: str, **told: Any) -> Any:
        """Quote, then charge what was quoted, as the page does; then the next bill."""
        told = {"key": self.bill, **told}
        if "due" not in told:
            told["due"] = due_in(self.quote(amount, **told))
        self.bill = self.key()
        return self.post("charge/", {"amount": amount, **told})


def due_in(page: str) -> str:
    """The hidden field that says what the guest was told."""
    found = re.search(r'name="due" value="(\d+)"', page)
    assert found is not None, page
    return found[1]


def guest_in(page: str) -> str:
    """The sealed guest of a page."""
    found = re.search(r'name="guest" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def key_in(page: str) -> str:
    found = re.search(r'name="key"[^>]* value="([^"]+)"', page)
    assert found is not None, page
    return found[1]
