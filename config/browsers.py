"""What only a browser needs, left out for programs that call the API.

A program signs in by its key with each request: a session, who is signed in by it, its
messages and the changes noted under its name are nothing to it. All else (hosts,
headers, language, request number, log line) holds for programs as for browsers.
"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.middleware import AuthenticationMiddleware as Authentication
from django.contrib.messages.middleware import MessageMiddleware as Messages
from django.contrib.sessions.middleware import SessionMiddleware as Sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxMiddleware as Htmx
from django_otp.middleware import OTPMiddleware as Otp
from simple_history.middleware import HistoryRequestMiddleware as History

type GetResponse = Callable[[HttpRequest], HttpResponseBase]

PROGRAMS: Final = "/api/"
PAGES: Final = frozenset({"/api/v1/docs"})


def is_program(request: HttpRequest) -> bool:
    """Whether no browser asks: an address of the API, but for the page about it."""
    return request.path_info.startswith(PROGRAMS) and request.path_info not in PAGES


class ForBrowsers:
    """A middleware that programs pass by."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_program(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]  # the middleware's own


class SessionMiddleware(ForBrowsers, Sessions):
    """Sessions."""


class AuthenticationMiddleware(ForBrowsers, Authentication):
    """Who is signed in."""


class OTPMiddleware(ForBrowsers, Otp):  # type: ignore[misc]  # it has no types
    """Whether they showed their second factor."""


class MessageMiddleware(ForBrowsers, Messages):
    """What they are told on the next page."""


class HtmxMiddleware(ForBrowsers, Htmx):
    """Whether a part of a page is asked for."""


class HistoryRequestMiddleware:
    """Whose name a change of settings is noted under."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.noted = History(get_response)

    def __call__(self, request: HttpRequest) -> Any:
        answer = self.get_response if is_program(request) else self.noted
        return answer(request)
