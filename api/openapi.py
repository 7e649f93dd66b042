"""The OpenAPI document: what Django Ninja knows, and every refusal besides."""

from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from ninja import NinjaAPI
from ninja.operation import Operation

from .auth import STORE_HEADER
from .endpoints import ALWAYS, Said
from .once import HEADER, REPLAYED
from .problems import CONTENT_TYPE, TYPE
from .shapes.common import Problem

REF: Final = {"$ref": "#/components/schemas/Problem"}
CODES: Final[dict[int, tuple[str, str]]] = {
    400: ("The request cannot be read, or lacks its key.", "idempotency_key_required"),
    401: ("No key, or one that is not valid.", "unauthorized"),
    403: ("The key lacks the scope, or acts for another store.", "scope_missing"),
    404: ("There is no such thing, or not for this key.", "not_found"),
    405: ("This address does not know this method.", "method_not_allowed"),
    409: (
        "It cannot be done as things are now; nothing changed.",
        "insufficient_funds",
    ),
    411: ("The body tells no length, and this server needs it.", "length_required"),
    413: ("The request is too large.", "too_large"),
    415: ("The body is not JSON.", "unsupported_media_type"),
    422: ("Something in the request is not right.", "invalid"),
    429: ("Too many requests, or too many wrong tries.", "too_many_requests"),
    500: ("Our fault; not remembered, so it may be sent again.", "internal_error"),
}


@lru_cache(maxsize=4)
def document(api: NinjaAPI) -> dict[str, Any]:
    """The whole document, put together once."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    found["components"]["schemas"]["Problem"] = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    definitions = found["components"]["schemas"]["Problem"].pop("$defs", {})
    found["components"]["schemas"].update(definitions)
    scheme = found["components"]["securitySchemes"]["ApiKeyBearer"]
    scheme["bearerFormat"] = scheme.pop("bearer_format")  # Django Ninja's spelling
    for path, method, operation in _operations(api):
        _complete(found["paths"][path][method], _said(operation))
    return found


def _operations(api: NinjaAPI) -> list[tuple[str, str, Operation]]:
    rows = []
    for bound in api._get_bound_routers():
        for path, view in bound.path_operations.items():
            full = "/" + "/".join(
                part.strip("/") for part in ("api/v1", bound.prefix, path) if part
            )
            for operation in view.operations:
                rows += [(full, name.lower(), operation) for name in operation.methods]
    return rows


def _said(operation: Operation) -> Said:
    said: Said = operation.view_func.said  # type: ignore[attr-defined]  # `endpoint` put it there
    return said


def _complete(operation: dict[str, Any], said: Said) -> None:
    operation["security"] = [{"ApiKeyBearer": []}]
    operation["x-scope"] = said.scope
    parameters = operation.setdefault("parameters", [])
    parameters.append(
        {
            "in": "header",
            "name": STORE_HEADER,
            "required": False,
            "description": "The store where a key of the head office acts: its code.",
            "schema": {"type": "string"},
        }
    )
    if said.idempotent:
        parameters.append(
            {
                "in": "header",
                "name": HEADER,
                "required": said.idempotent == "required",
                "description": "Sent again under the same key, it happens once."
                " 1 to 255 visible ASCII characters.",
                "schema": {"type": "string"},
                "example": "till-3:2026-11-22:0042",
            }
        )
        for answer in operation["responses"].values():
            answer["headers"] = {REPLAYED: {"schema": {"type": "string"}}}
    for status in sorted({*ALWAYS, *said.refusals}):
        operation["responses"][status] = _refusal(status)


def _refusal(status: int) -> dict[str, Any]:
    description, code = CODES[status]
    answer: dict[str, Any] = {
        "description": description,
        "content": {
            CONTENT_TYPE: {
                "schema": REF,
                "example": {
                    "type": TYPE.format(code=code),
                    "title": HTTPStatus(status).phrase,
                    "status": status,
                    "detail": description,
                    "code": code,
                },
            }
        },
    }
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": _text_header()}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["headers"] = {"Retry-After": _text_header()}
    return answer


def _text_header() -> dict[str, Any]:
    return {"schema": {"type": "string"}, "required": True}
