"""What comes in: JSON and nothing else, of a bearable size, without surprises."""

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from .problems import TOO_LARGE, Invalid, Refusal

LARGEST: Final = 2**63 - 1
DEEPEST: Final = 32
TWICE: Final = _("This is told twice.")
UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")  # NUL, and halves of a character
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class StrictParser(Parser):
    """UTF-8, finite numbers, no NUL and no half a character, not nested for sport."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as Python, parsed once for a request. Raises not_json, Invalid."""
        known = getattr(request, "parsed", None)
        if known is not None:
            return known
        try:
            parsed = DECODER.decode(request.body.decode())
        except (ValueError, RecursionError) as wrong:
            raise Refusal("not_json", _("The body is not JSON in UTF-8.")) from wrong
        _check(parsed, "", 0)
        request.parsed = parsed  # type: ignore[attr-defined]  # ours to give
        return parsed


def check_body(request: HttpRequest) -> None:
    """Read the body, if it may be one. Raises too_large, length_required,
    not_json_typed.
    """
    most = settings.API_LARGEST_BODY
    refused = Refusal("too_large", TOO_LARGE)
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > most:
        raise refused
    if request.method not in WITH_BODY:
        return
    body = _sent(request, most + 1)
    if len(body) > most:
        raise refused
    request._body = body
    if not body:
        return
    charset = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type != "application/json" or charset.lower() not in (
        "utf-8",
        "utf8",
    ):
        raise Refusal(
            "not_json_typed", _("Send JSON, as Content-Type: application/json.")
        )


def _sent(request: HttpRequest, most: int) -> bytes:
    """The body, so much of it; one that came in pieces tells no length and ends where
    the server says. To Django it would be empty, and what may be left out with it.
    """
    if request.META.get("CONTENT_LENGTH"):
        return request.read(most)
    if request.META.get("wsgi.input_terminated"):
        pieces, stream = b"", request.META["wsgi.input"]
        while piece := stream.read(most - len(pieces)):
            pieces += piece
        return pieces
    if "HTTP_TRANSFER_ENCODING" in request.META:
        raise Refusal("length_required", _("Send the body with its Content-Length."))
    return b""


def check_query(request: HttpRequest, known: Collection[str]) -> None:
    """Refuse what an address does not ask for: a misspelt `cursor` would read the first
    page for ever. Raises Invalid.
    """
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise Invalid([(name, _("There is no such field.")) for name in unknown])
    twice = [name for name, values in request.GET.lists() if len(values) > 1]
    if twice:
        raise Invalid([(name, TWICE) for name in twice])


def fingerprint_of(request: HttpRequest, *, store_id: int | None) -> bytes:
    """What a request asked, however its JSON was spaced and ordered."""
    asked = StrictParser().parse_body(request) if request.body else None
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    said = f"{request.method}\n{request.path}\n{store_id}\n{canonical}"
    return hashlib.sha256(said.encode()).digest()


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are told once each: of two amounts, which is meant?"""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _check_text(twice, "")
        raise Invalid([(twice[:200], TWICE)])
    return found


DECODER: Final = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_each_once)


def _check(value: Any, place: str, depth: int) -> None:
    """Refuse what no column could keep, wherever it stands."""
    if depth > DEEPEST:
        raise Invalid([(place[:200], _("This is nested too deeply."))])
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, dict):
        for name, found in value.items():
            _check_text(name, place)
            _check(found, f"{place}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for number, found in enumerate(value):
            _check(found, f"{place}.{number}".lstrip("."), depth + 1)
    elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        raise Invalid([(place, _("This number is too large."))])


def _check_text(text: str, place: str) -> None:
    if UNKEPT.search(text):
        raise Invalid([(place, _("This text has characters that cannot be kept."))])
