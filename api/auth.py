"""Who calls: a bearer key, its store and its scopes, in one query."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

import structlog
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from ledger.services import Act
from stores import services as stores_services
from stores.errors import KeyNotUsable
from stores.models import ApiKey, Store
from stores.models.places import CODE_PATTERN

from . import ahead, limits, sealing
from .problems import Refusal

STORE_HEADER: Final = "Regulars-Store"
CODE: Final = re.compile(CODE_PATTERN)
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
ANSWERED: Final = (
    "EXISTS (SELECT FROM api_answer a WHERE a.api_key_id = k.id AND a.key = %s)"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A key, and the store where it acts: its own, or the one the head office names."""

    key: ApiKey
    store: Store | None
    request_id: str
    sealing_key: bytes = field(repr=False)
    # Whether an answer is kept under the request's idempotency key.
    is_answered: bool = False

    @property
    def is_of_a_store(self) -> bool:
        """Whether the key belongs to one store and sees no other's objects."""
        return self.key.store_id is not None

    @property
    def here(self) -> Store:
        """The store where it happens. Raises store_required where nobody says which."""
        if self.store is None:
            raise Refusal(
                "store_required",
                _("Say at which store: send its code in the header Regulars-Store."),
            )
        return self.store

    def act(
        self,
        at: datetime,
        *,
        at_store: bool = True,
        reported_at: datetime | None = None,
    ) -> Act:
        """What the books are told. Raises store_required, unless the act may be the
        head office's own.
        """
        return stores_services.act(
            key=self.key,
            store=self.here if at_store else self.store,
            at=at,
            request_id=self.request_id,
            reported_at=reported_at,
        )

    def may_see(self, store_id: int | None) -> bool:
        """Whether an object of this store is there for the caller."""
        return not self.is_of_a_store or store_id == self.key.store_id

    @property
    def guessers(self) -> tuple[str, ...]:
        """By whom wrong codes are counted: this key, at each store apart. Not by its
        address: all tills of a shop may share one, and who has a key is known.
        """
        store = self.store.code if self.store is not None else ""
        return (f"key:{self.key.pk}:{store}",)


class ApiRequest(HttpRequest):
    """A request that was let in, with what the frame puts on it."""

    auth: Caller
    at: datetime
    request_id: str
    # What `first=` of an endpoint found, before the transaction.
    first: Any
    fingerprint: bytes


type Ahead = Callable[[ApiRequest, Caller], ahead.Question | None]


class ApiKeyBearer(HttpBearer):
    """Lets a key in that holds a scope. No write, no session, one query."""

    openapi_bearer_format = "reg_…"

    def __init__(self, scope: str, *, writes: bool, asks: Ahead | None = None) -> None:
        super().__init__()
        self.scope = scope
        self.writes = writes
        self.asks = asks

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Raises key_not_usable, scope_missing, other_store, too_many_requests."""
        named = request.headers.get(STORE_HEADER, "").strip()
        code = named if CODE.fullmatch(named) else ""
        token = token.strip()
        request.at = now()  # type: ignore[attr-defined]  # ours to give
        met, question = self._question(request, token, code)
        idempotency_key = request.headers.get(IDEMPOTENCY_KEY, "").replace("\0", "")
        key, store, told = stores_services.use_api_key_and(
            token,
            ANSWERED if question is None else f"{ANSWERED}, {question.sql}",
            [idempotency_key, *(question.params if question else ())],
            store_code=code,
        )
        ahead.remember(token, code, key, store)
        structlog.contextvars.bind_contextvars(
            actor=f"key:{key.pk}",
            key=key.name,
            store=store.pk if store is not None else None,
        )
        limits.take(key.pk)
        self._check(key, store, named)
        if question is not None and met == (key, store):
            ahead.put(request, question.read(told[1]))
        return self._caller(request, token, key, store, is_answered=bool(told[0]))

    def _question(
        self, request: HttpRequest, token: str, code: str
    ) -> tuple[tuple[ApiKey, Store | None] | None, ahead.Question | None]:
        """Whom this key is expected to be, and what they will ask."""
        met = None if self.asks is None else ahead.expected(token, code)
        if self.asks is None or met is None:
            return met, None
        caller = self._caller(request, token, *met, is_answered=False)
        return met, self.asks(cast(ApiRequest, request), caller)

    def _caller(
        self,
        request: HttpRequest,
        token: str,
        key: ApiKey,
        store: Store | None,
        *,
        is_answered: bool,
    ) -> Caller:
        return Caller(
            key,
            store,
            getattr(request, "request_id", ""),
            sealing.key_from(token),
            is_answered=is_answered,
        )

    def __call__(self, request: HttpRequest) -> Caller:
        """Like Django Ninja's, but what is missing is refused in our words."""
        found = super().__call__(request)
        if found is None:
            raise KeyNotUsable
        caller: Caller = found
        return caller

    def _check(self, key: ApiKey, store: Store | None, named: str) -> None:
        if self.scope not in key.scopes:
            raise Refusal(
                "scope_missing",
                _("This key may not do this: it lacks the scope %(scope)s.")
                % {"scope": self.scope},
            )
        if named and (store is None or store.code != named):
            raise Refusal("other_store", _("This key does not act for that store."))
        if self.writes and store is not None and not store.is_active:
            raise Refusal("store_is_closed", _("This store is closed."))
