"""The addresses of the API, each behind the same shield."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from structlog import get_logger

from common.errors import DomainError

from . import problems, views
from .reading import check_body
from .v1 import api

log = get_logger(__name__)

type View = Callable[..., HttpResponseBase]


def shielded(view: View) -> View:
    """Read the body within bounds; every answer a document that no cache keeps."""

    @csrf_exempt  # nobody is recognised by a cookie here
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        try:
            check_body(request)
            response = view(request, *args, **values)
        except DomainError as refusal:
            response = problems.response_to(refusal)
        except Exception:
            log.exception("api_failed")
            response = problems.plain_response(HTTPStatus.INTERNAL_SERVER_ERROR)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = response["Allow"]
            response = problems.plain_response(HTTPStatus.METHOD_NOT_ALLOWED)
            response["Allow"] = allowed
        response["Cache-Control"] = "no-store"
        return response

    return guarded


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address that is none."""
    return problems.response_to(problems.not_found())


urlpatterns: list[URLPattern] = [
    path(f"v1/{pattern.pattern}", shielded(pattern.callback), name=pattern.name)
    for pattern in api.urls[0]
    if isinstance(pattern, URLPattern) and pattern.name != "api-root"
]
urlpatterns += [
    path("v1/openapi.json", shielded(views.openapi), name="api-openapi"),
    path("v1/docs", views.docs, name="api-docs"),
    path("", shielded(nothing_here)),
    path("<path:rest>", shielded(nothing_here)),
]
