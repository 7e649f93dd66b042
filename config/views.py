"""The pages that belong to no app: the first page, errors, health, metrics."""

from contextlib import suppress
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api import problems
from config import health, metrics
from ledger import selectors as ledger_selectors
from portal.visitors import visitor_of
from stores import selectors as stores_selectors
from stores.models import User


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The way to one's work; for whoever is not signed in, what this house is."""
    with suppress(DatabaseError):
        if isinstance(request.user, User):
            sells = stores_selectors.user_may(request.user, "checkout.capture_sale")
            return redirect("counter:sale" if sells else "admin:index")
        if visitor_of(request) is not None:
            return redirect("portal:card")
    ready = not health.troubles()
    try:
        proof = ledger_selectors.latest_proof() if ready else None
    except DatabaseError:
        ready, proof = False, None
    context = {"ready": ready, "proof": proof, "today": timezone.localdate()}
    return render(request, "home.html", context)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """May a balancer send requests here? A lost broker only degrades: sales go on."""
    troubles = [str(sentence) for sentence in health.troubles()]
    warnings = [str(sentence) for sentence in health.warnings()]
    status = "not ready" if troubles else "degraded" if warnings else "ready"
    body = {"status": status, "reasons": [*troubles, *warnings]}
    return JsonResponse(
        body,
        status=503 if troubles else 200,
        json_dumps_params={"ensure_ascii": False},
    )


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """For the monitor alone."""
    if not metrics.may_read(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, 403, template="403_csrf.html")


def locked_out(request: HttpRequest, *_rest: Any, **_more: Any) -> HttpResponse:
    """Too many wrong passwords for this name from this address."""
    return error_page(request, 429)


def error_page(
    request: HttpRequest, status: int, *, template: str = ""
) -> HttpResponse:
    """A sentence in the reader's language, and the number to quote."""
    if problems.concerns(request):
        return problems.plain_response(status)
    context = {"request_id": getattr(request, "request_id", "")}
    return render(request, template or f"{status}.html", context, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without context processors: whatever broke must not break this too."""
    if problems.concerns(request):
        return problems.plain_response(500)
    context = {
        "csp_nonce": getattr(request, "_csp_nonce", ""),
        "request_id": getattr(request, "request_id", ""),
    }
    return HttpResponse(render_to_string("500.html", context), status=500)
