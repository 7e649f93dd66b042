"""Whoever took a till over by PIN is signed in for the counter, and nowhere else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

BY_PIN = "by_pin"
OFFICE = "/admin/"


class PinStaysAtTheCounter:
    """A PIN has four digits: it opens the till, not the office."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OFFICE) and request.session.get(BY_PIN):
            asked = urlencode({"next": request.path})
            return redirect(f"/counter/sign-in/?{asked}")
        return self.get_response(request)
