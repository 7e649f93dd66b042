"""The OpenAPI document, and a page to browse it, whose assets we serve."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import problems
from .openapi import document
from .v1 import api


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """What there is to call, for programs."""
    return HttpResponse(
        problems.written(document(api)), content_type="application/json"
    )


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    return render(request, "api/docs.html")
