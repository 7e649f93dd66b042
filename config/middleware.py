"""What every request passes: its number, whose it is, its log line, a few headers."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.urls import resolve, reverse_lazy
from django_structlog.middlewares import RequestMiddleware as StructlogMiddleware

from common.postgresql.plans import custom_plans
from config import metrics, views
from config.browsers import is_program
from config.server import REFUSED

log = structlog.get_logger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]

# A number that a proxy gave is kept only in this form: nothing else can hide in it.
WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class RequestIdMiddleware:
    """Gives each request its number, outermost, so that every answer carries one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "").strip().lower()
        number = given if WELL_FORMED.fullmatch(given) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = number
        request.request_id = number  # type: ignore[attr-defined]  # ours to give
        begun = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = number
        route = getattr(getattr(request, "resolver_match", None), "route", None)
        metrics.count_request(
            method=request.method or "",
            route="none" if route is None else route,
            status=response.status_code,
            seconds=time.perf_counter() - begun,
        )
        return response


class ClientAddressMiddleware:
    """Behind proxies the caller is whom the outermost of ours saw, not the innermost.

    Each proxy writes at the end of X-Forwarded-For whom it heard; what stands before
    that, the caller may have written.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies = settings.TRUSTED_PROXIES
        if proxies:
            heard = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if len(heard) >= proxies and (address := _address(heard[-proxies])):
                request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _address(text: str) -> str:
    """An address as a proxy writes it, perhaps with its port; empty if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


class ProbeMiddleware:
    """Answers balancers and monitors before anything asks by which name they came.

    They know a process by its address, which is no host name of ours; what they are
    told is the same for whoever asks.
    """

    PROBES = frozenset({"/healthz", "/readyz", "/metrics"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.answer = cast("GetResponse", LocaleMiddleware(self._answer))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_probe = request.path_info in self.PROBES
        return (self.answer if is_probe else self.get_response)(request)

    @staticmethod
    def _answer(request: HttpRequest) -> HttpResponse:
        request.resolver_match = resolve(request.path_info)
        view: GetResponse = request.resolver_match.func
        return view(request)


class RefusedBodyMiddleware:
    """Tells a sender whose body was too slow or too large (config/bodies.py)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status: HTTPStatus | None = request.META.get(REFUSED)
        if status is None:
            return self.get_response(request)
        log.warning("body_refused", code=status.value, method=request.method)
        response = views.error_page(request, status.value)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            response["Retry-After"] = str(settings.BODY_SECONDS)
        return response


class NotAllowedMiddleware:
    """Never a blank page: whoever comes to the address of a form's answer is told."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_blank = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (
            not response.streaming and not response.content
        )
        if not is_blank or is_program(request):
            return response
        page = views.error_page(request, response.status_code)
        page["Allow"] = response["Allow"]
        return page


class RequestLogMiddleware(StructlogMiddleware):
    """One line for each request with who, where and on which shift."""

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Name the actor by id and the place by id; nothing that names a person.

        A program is named when its key is read: no cookie of a browser speaks for it.
        """
        if request.path_info.startswith("/api/"):
            return
        StructlogMiddleware.bind_user_id(request)
        user_id = structlog.contextvars.get_contextvars().get("user_id")
        structlog.contextvars.unbind_contextvars("user_id")
        member = getattr(request, "member_actor", None)
        bound = {"actor": f"staff:{user_id}" if user_id else member}
        for place in ("store", "shift"):
            row = getattr(request, place, None)
            bound[place] = getattr(row, "pk", row)
        structlog.contextvars.bind_contextvars(**bound)


class CustomPlansMiddleware:
    """Has the office's statements planned for the values that they ask about."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.office = reverse_lazy("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(str(self.office)):
            return self.get_response(request)
        with custom_plans():
            return self.get_response(request)


class PermissionsPolicyMiddleware:
    """Says which powers of the browser our pages never ask for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Sends words smaller: pages, and in development the files beside them.

    Production's files were compressed when they were collected, and pass as they are. A
    till's answers are too small to be worth it.
    Django masks the token of a form anew for each page and pads what it compresses by a
    random length, so that a length tells nothing (BREACH).
    """

    WORDS = ("text/", "application/json", "application/javascript", "image/svg+xml")

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        # A part of a file (206) is a part of it as it lies, never of it compressed.
        is_words = response.get("Content-Type", "").startswith(self.WORDS)
        if response.status_code == 206 or not is_words or is_program(request):
            return response
        return super().process_response(request, response)
