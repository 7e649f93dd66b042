"""How an address of the API is declared: method, scope, answer, and whether once."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from inspect import signature
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel

from . import once
from .auth import Ahead, ApiKeyBearer, ApiRequest
from .reading import check_query, fingerprint_of

JSON: Final = "application/json"
type Answer = BaseModel | HttpResponse
# Every address may say these; the others are named where they can happen.
ALWAYS: Final = (400, 401, 403, 404, 405, 411, 413, 415, 422, 429, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the OpenAPI document needs to know of an address beyond its types."""

    scope: str
    refusals: tuple[int, ...]
    idempotent: str  # "", "optional" or "required"


def endpoint(
    router: Router,
    method: str,
    path: str,
    *,
    scope: str,
    answer: type[BaseModel],
    status: int = HTTPStatus.OK,
    key: str = "",
    refusals: Sequence[int] = (),
    first: Callable[..., object] | None = None,
    asks: Ahead | None = None,
    keeps_itself: bool = False,
    tag: str = "",
    example: dict[str, Any] | None = None,
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Declare an address: who may call it (`scope`), what it answers, and whether it
    takes an idempotency `key` ("required", "optional", or none).

    With a key sent, the view runs in the transaction that claims the key, and its
    answer is kept there; it may run several times, when the database breaks it off.
    Without, a view that writes (POST, PATCH) runs in one transaction. `first` gets
    what the view gets, runs before and outside the transaction, and leaves what it
    returns in `request.first`. What `asks` says is looked up together with the caller's
    key and left for the view to take (`api.ahead`). With `keeps_itself` the command
    keeps its answer and replays it: only refusals are kept here. A view returns its
    answer's model, or the answer as it is sent, or raises.
    """
    perform = once.perform_kept if keeps_itself else once.perform

    def declare(view: Callable[..., Answer]) -> Callable[..., Answer]:
        query = _query_of(view, path)

        @wraps(view)
        def run(request: ApiRequest, **values: Any) -> HttpResponse:
            check_query(request, query)

            def work() -> HttpResponse:
                return answered(view(request, **values), status)

            before = None if first is None else lambda: first(request, **values)
            if key and once.key_of(request):
                request.fingerprint = fingerprint_of(request, store_id=_store(request))
                return perform(request, work, first=before)
            if key == "required":
                raise once.required()
            if before is not None:
                request.first = before()
            if method.upper() == "GET" or not key:
                return work()
            with transaction.atomic(durable=True):
                return work()

        said = Said(scope=scope, refusals=tuple(refusals), idempotent=key)
        run.said = said  # type: ignore[attr-defined]  # read by `openapi.py`
        router.api_operation(
            [method.upper()],
            path,
            auth=ApiKeyBearer(scope, writes=not scope.endswith(":read"), asks=asks),
            response={int(status): answer},
            operation_id=view.__name__,
            summary=(view.__doc__ or "").strip().split("\n")[0],
            description=_rest(view.__doc__),
            tags=[tag] if tag else None,
            openapi_extra=_example(example),
        )(run)
        return view

    return declare


def answered(model: Answer, status: int) -> HttpResponse:
    """An answer as it is sent, and as it is kept."""
    if isinstance(model, HttpResponse):
        return model
    return HttpResponse(
        model.model_dump_json(by_alias=True).encode(), content_type=JSON, status=status
    )


def ledger_key(request: ApiRequest) -> str:
    """The key that commands hand to the books, from the request's own where it has
    one.
    """
    key = once.key_of(request)
    if not key:
        return f"api:{request.auth.key.pk}:{uuid4()}"
    return once.ledger_key(request.auth.key.pk, key)


def _store(request: ApiRequest) -> int | None:
    store = request.auth.store
    return None if store is None else store.pk


def _query_of(view: Callable[..., Answer], path: str) -> Collection[str]:
    """What may stand behind the question mark: what a view takes beside its body and
    its path.
    """
    elsewhere = {"request", "body", *re.findall(r"{(\w+)}", path)}
    return signature(view).parameters.keys() - elsewhere


def _rest(docstring: str | None) -> str | None:
    lines = (docstring or "").strip().split("\n")[1:]
    return "\n".join(line.strip() for line in lines).strip() or None


def _example(example: dict[str, Any] | None) -> dict[str, Any] | None:
    if example is None:
        return None
    return {"requestBody": {"content": {JSON: {"example": example}}}}
