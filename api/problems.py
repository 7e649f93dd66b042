"""Every refusal as a problem document (RFC 9457), with a word that stays the same."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

CONTENT_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:regulars:problem:{code}"

# What the apps call a refusal, and what tills are told: a word of the contract (empty:
# the app's own word) and a status. What is not here is 422 under its own word.
TOLD: Final[Mapping[str, tuple[str, int]]] = {
    # there is no such thing, or it is not the caller's
    "member_not_found": ("", 404),
    "member_unknown": ("member_not_found", 404),
    "no_such_member": ("member_not_found", 404),
    "no_such_holder": ("member_not_found", 404),
    "member_not_here": ("member_not_found", 404),
    "card_unknown": ("member_not_found", 404),
    "gift_card_not_found": ("", 404),
    "gift_card_unknown": ("gift_card_not_found", 404),
    "coupon_unknown": ("coupon_not_found", 404),
    "coupon_code_not_known": ("coupon_not_found", 404),
    # it stands in the way as things are now
    "phone_taken": ("", 409),
    "birthday_is_set": ("", 409),
    "member_not_active": ("", 409),
    "member_busy": ("", 409),
    "card_not_usable": ("card_not_active", 409),
    "account_frozen": ("card_not_active", 409),
    "spending_frozen": ("", 409),
    "not_enough": ("insufficient_funds", 409),
    "insufficient_funds": ("", 409),
    "not_enough_points": ("insufficient_points", 409),
    "gift_card_unavailable": ("", 409),
    "gift_card_empty": ("gift_card_unavailable", 409),
    "coupon_void": ("coupon_unavailable", 409),
    "coupon_redeemed": ("coupon_unavailable", 409),
    "coupon_offered": ("coupon_unavailable", 409),
    "coupon_not_yet": ("coupon_unavailable", 409),
    "coupon_expired": ("coupon_unavailable", 409),
    "coupon_other_member": ("coupon_unavailable", 409),
    "coupon_uses": ("coupon_unavailable", 409),
    "coupon_not_here": ("coupon_unavailable", 409),
    "coupon_template_closed": ("coupon_unavailable", 409),
    "coupon_template_ended": ("coupon_unavailable", 409),
    "coupon_quota_used_up": ("coupon_unavailable", 409),
    "coupon_daily_quota_used_up": ("coupon_unavailable", 409),
    "nothing_left": ("", 409),
    "code_refused": ("code_not_accepted", 409),
    "hold_ended": ("", 409),
    "quote_changed": ("", 409),
    "duplicate_reference": ("", 409),
    "insufficient_points": ("", 409),
    "coupon_unavailable": ("", 409),
    "card_not_active": ("", 409),
    "code_not_accepted": ("", 409),
    "not_voidable": ("", 409),
    "already_void": ("", 409),
    "already_refunded": ("", 409),
    "exchange_stays": ("", 409),
    "request_in_progress": ("", 409),
    # beyond what is allowed
    "top_up_too_small": ("limit_exceeded", 422),
    "top_up_too_large": ("limit_exceeded", 422),
    "holds_too_much": ("limit_exceeded", 422),
    "cash_refused": ("limit_exceeded", 422),
    "cash_out_too_large": ("limit_exceeded", 422),
    "share_limit_exceeded": ("limit_exceeded", 422),
    "coupon_member_limit_reached": ("limit_exceeded", 422),
    "over_reversal": ("over_refund", 422),
    "store_missing": ("store_required", 422),
    "store_needed": ("store_required", 422),
    # who asks, and how often
    "idempotency_key_required": ("", 400),
    "idempotency_key_malformed": ("", 400),
    "not_json": ("", 400),
    "key_not_usable": ("unauthorized", 401),
    "not_allowed": ("forbidden", 403),
    "scope_missing": ("", 403),
    "other_store": ("", 403),
    "store_is_closed": ("", 403),
    "not_found": ("", 404),
    "top_up_not_found": ("", 404),
    "sale_not_found": ("", 404),
    "hold_not_found": ("", 404),
    "refund_not_found": ("", 404),
    "method_not_allowed": ("", 405),
    "length_required": ("", 411),
    "too_large": ("", 413),
    "not_json_typed": ("unsupported_media_type", 415),
    "too_many_tries": ("", 429),
    "too_many_requests": ("", 429),
    "codes_locked": ("too_many_tries", 429),
    "payment_code_locked": ("too_many_tries", 429),
    "coupon_claim_paused": ("too_many_tries", 429),
}
# What may be told besides the sentence: figures, never a code, a phone or a key.
FACTS: Final = (
    "most",
    "least",
    "largest",
    "smallest",
    "face_values",
    "from_amount",
    "short_by",
    "left",
    "status",
)
# A little later, or once a name in it is known, the same request may well succeed, so
# these are not remembered.
PASSING: Final = frozenset(
    {"invalid", "member_busy", "occurred_ahead", "request_in_progress"}
)
UNREMEMBERED: Final = frozenset({400, 401, 403, 405, 408, 411, 413, 415, 429})
WHEN_UNKNOWN: Final = 60  # seconds to wait, where nobody said

WORDS: Final = {408: "request_timeout", 413: "too_large"}
TOO_LARGE: Final = _("This request is too large.")
UNEXPECTED: Final = _("Something went wrong here. The same request may be sent again.")


class Refusal(DomainError):
    """What the API itself refuses, before any app is asked."""


class Invalid(DomainError):
    """The request is not what it should be, field by field."""

    def __init__(self, errors: Sequence[tuple[str, str | Promise]]) -> None:
        super().__init__("invalid", _("Something in this request is not right."))
        self.errors = errors


def not_found() -> Refusal:
    """There is nothing under this address, or nothing for this caller."""
    return Refusal("not_found", _("There is nothing here."))


def told(refusal: DomainError) -> tuple[str, int]:
    """The word of the contract and the status of a refusal."""
    code, status = TOLD.get(refusal.code, ("", 422))
    return code or refusal.code, status


def is_remembered(refusal: DomainError) -> bool:
    """Whether the same request, sent again, is answered with the same refusal."""
    _code, status = told(refusal)
    return status not in UNREMEMBERED and refusal.code not in PASSING


def body_of(refusal: DomainError) -> dict[str, Any]:
    """The document of a refusal."""
    code, status = told(refusal)
    document = _document(code, status, refusal.message)
    if code != refusal.code:
        document["reason"] = refusal.code
    facts = {
        name: _plain(refusal.facts[name]) for name in FACTS if name in refusal.facts
    }
    if facts:
        document["facts"] = facts
    document |= {
        name: value
        for name, value in refusal.facts.items()
        if name == "quote"  # the new quote, where a till expected another
    }
    if isinstance(refusal, Invalid):
        document["errors"] = [
            {"field": field, "message": str(message)}
            for field, message in refusal.errors
        ]
    return document


def written(document: Mapping[str, Any]) -> bytes:
    """A document as it is sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def response_to(refusal: DomainError) -> HttpResponse:
    """The answer that tells a refusal."""
    code, status = told(refusal)
    response = _response(body_of(refusal))
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    if code == "scope_missing":
        response["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = str(_wait(refusal))
    return response


def plain_response(status: int, *, code: str = "") -> HttpResponse:
    """The answer where nothing more is known than that it went wrong."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _response(_document("internal_error", status, UNEXPECTED))
    words: dict[int, str | Promise] = {
        400: _("This request cannot be read."),
        403: _("You may not do this here."),
        404: _("There is nothing here."),
        405: _("This address does not know this method."),
        408: _("The request did not arrive in time."),
        413: TOO_LARGE,
    }
    code = code or WORDS.get(status) or _word(status)
    return _response(_document(code, status, words.get(status, words[400])))


def _word(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "_")


def concerns(request: HttpRequest) -> bool:
    """Whether whoever asks reads problem documents rather than pages."""
    return request.path_info.startswith("/api/")


def _document(code: str, status: int, detail: str | Promise) -> dict[str, Any]:
    return {
        "type": TYPE.format(code=code),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail),
        "code": code,
    }


def _response(document: Mapping[str, Any]) -> HttpResponse:
    return HttpResponse(
        written(document), content_type=CONTENT_TYPE, status=int(document["status"])
    )


def _wait(refusal: DomainError) -> int:
    """Seconds until it may be tried again."""
    until = refusal.facts.get("until")
    if isinstance(until, datetime):
        return max(1, ceil((until - timezone.now()).total_seconds()))
    after = refusal.facts.get("retry_after")
    return max(1, after) if isinstance(after, int) else WHEN_UNKNOWN


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
