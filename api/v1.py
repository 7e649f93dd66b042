"""Version 1 of the API for tills: its addresses, and how it says no."""

import re
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from structlog import get_logger

from common.errors import DomainError

from . import problems
from .problems import Invalid
from .reading import StrictParser
from .routes import (
    coupons,
    exchanges,
    gift_cards,
    holds,
    lookups,
    members,
    sales,
    stored_value,
    tenders,
)

log = get_logger(__name__)

DESCRIPTION = """\
For tills, kiosks and other programs of the shop. Money is a whole number of the
currency's smallest unit, time is RFC 3339 with an offset, ids are opaque strings.
What would be done twice carries an `Idempotency-Key`. Refusals are
`application/problem+json` with a `code` that stays the same.
"""

api = NinjaAPI(
    title="Regulars",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api-v1",
    parser=StrictParser(),
)
api.add_router("/members", members.router)
api.add_router("", stored_value.router)
api.add_router("", lookups.router)
api.add_router("/gift-cards", gift_cards.router)
api.add_router("", coupons.router)
api.add_router("", sales.router)
api.add_router("", exchanges.router)
api.add_router("", holds.router)
api.add_router("/tenders", tenders.router)

# How pydantic names the ways in which one field may be told: nothing for a till.
BRANCH: Final = re.compile(r"constrained-\w+|(?:literal|list)\[.*\]|[A-Z]\w+In")

# pydantic's words for what is wrong with a value, in ours.
SENTENCES = {
    "missing": lambda: _("This is missing."),
    "extra_forbidden": lambda: _("There is no such field."),
    "int_type": lambda: _("This must be a whole number."),
    "int_parsing": lambda: _("This must be a whole number."),
    "string_type": lambda: _("This must be text."),
    "list_type": lambda: _("This must be a list."),
    "model_type": lambda: _("This must be an object with fields."),
    "model_attributes_type": lambda: _("This must be an object with fields."),
    "bool_type": lambda: _("This must be true or false."),
    "literal_error": lambda: _("Choose one of what is offered."),
    "greater_than": lambda: _("This is too small."),
    "greater_than_equal": lambda: _("This is too small."),
    "less_than": lambda: _("This is too large."),
    "less_than_equal": lambda: _("This is too large."),
    "string_too_short": lambda: _("This is too short."),
    "string_too_long": lambda: _("This is too long."),
    "gross_or_lines": lambda: _("Give either gross or lines."),
    "price_or_amount": lambda: _("Give a price of one, or an amount."),
    "part_of_gross": lambda: _("This is a part of gross, and no larger."),
    "too_short": lambda: _("These are too few."),
    "too_long": lambda: _("These are too many."),
}


def _invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    errors = [(_field(error), _sentence(error)) for error in wrong.errors]
    return problems.response_to(Invalid(errors))


def _field(error: dict[str, Any]) -> str:
    """`tenders.0.amount` of a body, `limit` of a query; of what several fields say
    together the one that is named.
    """
    words = [str(part) for part in error["loc"]]
    if words[:1] == ["body"]:
        words = words[2:]
    elif words[:1] in (["query"], ["path"], ["header"]):
        words = words[1:]
    theirs = words[-1:] if error["type"] == "extra_forbidden" else []
    ours = words[: len(words) - len(theirs)]
    named = [word for word in ours if not BRANCH.fullmatch(word)] + theirs
    own = error.get("ctx", {}).get("field")  # of a rule about several fields
    return ".".join([*named, own] if own else named)


def _sentence(error: dict[str, Any]) -> str:
    written = SENTENCES.get(error["type"])
    return written() if written is not None else _("This cannot be read.")


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    return problems.response_to(refusal)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Django Ninja wraps what our parser refuses."""
    if isinstance(error.__cause__, DomainError):
        return problems.response_to(error.__cause__)
    return problems.plain_response(error.status_code)


def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.response_to(problems.not_found())


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api_failed", exc_info=error)
    return problems.plain_response(500)


HANDLERS: dict[type[Exception], Any] = {
    Exception: _unexpected,
    Http404: _missing,
    HttpError: _http_error,
    ValidationError: _invalid,
    DomainError: _refused,
}
for kind, handler in HANDLERS.items():
    api.add_exception_handler(kind, handler)
