"""What was sent, in development only: codes and links may be read here."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from messaging import development

# Letters carry their styles with them, and nothing of ours runs beside them.
OF_LETTERS: Final = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'none'"],
}


@require_safe
@never_cache
def sent_messages(request: HttpRequest) -> HttpResponse:
    """The last messages that left. 404 outside of development."""
    _only_in_development()
    return render(request, "messaging/sent.html", {"copies": development.sent_copies()})


@require_safe
@never_cache
@csp_override(OF_LETTERS)
def sent_letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One letter as a mail program shows it."""
    _only_in_development()
    copy = development.sent_copy(public_id)
    if copy is None or not copy.html:
        raise Http404
    return HttpResponse(copy.html)


def _only_in_development() -> None:
    if settings.SENT_MESSAGES is None:
        raise Http404
