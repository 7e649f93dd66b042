"""The same request, sent again, is answered the same and done once.

The key is claimed in the transaction of the effect and the answer kept in it: whatever
became of the process or the line in between, both are there or neither.
"""

import hashlib
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from psycopg import Error as PsycopgError

from common.errors import DomainError
from ledger.errors import IdempotencyConflict

from . import problems, sealing
from .auth import IDEMPOTENCY_KEY, ApiRequest
from .models import LONGEST_KEY
from .problems import Refusal

HEADER: Final = IDEMPOTENCY_KEY
REPLAYED: Final = "Idempotency-Replayed"
JSON: Final = "application/json"
PLAIN: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
CLAIM: Final = "SELECT outcome, status, content_type, body FROM api_claim(%s, %s, %s)"
REMEMBER: Final = "SELECT api_remember(%s, %s, %s, %s, %s, %s, %s)"
# Deadlock, serialization failure: the whole transaction is begun anew.
AGAIN: Final = frozenset({"40P01", "40001"})
TRIES: Final = 5
ONE_ANSWER: Final = "api_answer_one_for_each_key"


@dataclass(frozen=True, slots=True)
class Once:
    """One request under its key: who sent it, and what it asks."""

    api_key_id: int
    key: str
    fingerprint: bytes
    at: datetime
    sealing_key: bytes = field(repr=False)

    @classmethod
    def of(cls, request: ApiRequest) -> "Once":
        """What a request that was let in asks, and under which key."""
        caller = request.auth
        return cls(
            caller.key.pk,
            key_of(request),
            request.fingerprint,
            request.at,
            caller.sealing_key,
        )

    @property
    def _belongs_to(self) -> str:
        return f"{self.api_key_id}:{self.key}"

    @property
    def claim_params(self) -> list[Any]:
        """For `CLAIM`, where it is sent together with something else."""
        return [self.api_key_id, self.key, self.fingerprint]

    def remember_params(self, response: HttpResponse) -> list[Any]:
        """For `REMEMBER`, where it is sent together with something else."""
        return [
            *self.claim_params,
            response.status_code,
            response["Content-Type"],
            sealing.seal(
                self.sealing_key, response.content, belongs_to=self._belongs_to
            ),
            self.at,
        ]

    def claim(self) -> HttpResponse | None:
        """The answer that was given, or None: the work is ours to do, in this
        transaction. Raises request_in_progress, IdempotencyConflict.
        """
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, self.claim_params)
            row = cursor.fetchone()
        return self.claimed(*row)

    def claimed(
        self,
        outcome: str,
        status: int | None,
        content_type: str | None,
        body: bytes | None,
    ) -> HttpResponse | None:
        """What a row of `CLAIM` says; as `claim`."""
        if outcome == "reused":
            raise IdempotencyConflict
        if outcome == "running":
            raise Refusal(
                "request_in_progress",
                _("The same request is being done now. Ask again in a moment."),
            )
        if outcome == "new":
            return None
        plain = sealing.unseal(
            self.sealing_key, bytes(body or b""), belongs_to=self._belongs_to
        )
        if plain is None:  # written by nobody who holds this key
            raise RuntimeError("an answer cannot be unsealed")
        response = HttpResponse(plain, content_type=content_type, status=status)
        response[REPLAYED] = "true"
        return response

    def remember(self, response: HttpResponse) -> None:
        """Keep the answer, in the transaction of what it tells."""
        with connection.cursor() as cursor:
            cursor.execute(REMEMBER, self.remember_params(response))


def ledger_key(api_key_id: int, key: str) -> str:
    """What the books keep: they refuse a second entry though the answer be lost."""
    return f"api:{api_key_id}:{hashlib.sha256(key.encode()).hexdigest()}"


def key_of(request: HttpRequest) -> str:
    """The key that a request carries; empty where it has none. Raises
    idempotency_key_malformed.
    """
    key: str | None = request.headers.get(HEADER)
    if key is None or key == "":
        return ""
    if not PLAIN.fullmatch(key):
        raise Refusal(
            "idempotency_key_malformed",
            _("An Idempotency-Key has 1 to 255 visible ASCII characters."),
        )
    return key


def required() -> Refusal:
    """What a request without its key is told."""
    return Refusal(
        "idempotency_key_required",
        _("Send an Idempotency-Key, so that this happens once."),
    )


def perform(
    request: ApiRequest,
    command: Callable[[], HttpResponse],
    *,
    first: Callable[[], object] | None = None,
) -> HttpResponse:
    """Answer a request that carries a key: do it, or say again what was said.

    `first` is what must happen in a transaction of its own before the command's, such
    as opening a gift card, whose wrong tries outlive the refusal; what it returns is
    `request.first`. A refusal is remembered too, after all of it was undone.
    """
    once = Once.of(request)

    def work() -> HttpResponse:
        if first is not None:
            with transaction.atomic():
                answered = once.claim()
            if answered is not None:
                return answered
            request.first = first()
        return _with_patience(lambda: _do(once, command))

    return _or_refusal(once, work)


def perform_kept(
    request: ApiRequest,
    command: Callable[[], HttpResponse],
    *,
    first: Callable[[], object] | None = None,
) -> HttpResponse:
    """The same for a command that keeps its answer itself, under the key of the books
    and in the statement of its effect: only a refusal is looked for, and kept, here.

    Whether one is kept was asked together with the caller's key.
    """
    once = Once.of(request)

    def work() -> HttpResponse:
        answered = once.claim() if request.auth.is_answered else None
        if answered is not None:
            return answered
        if first is not None:
            request.first = first()
        return _with_patience(command)

    return _or_refusal(once, work)


def _or_refusal(once: Once, work: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return work()
    except IdempotencyConflict:
        raise
    except DomainError as refused:
        if not problems.is_remembered(refused):
            raise
        refusal = refused
    return _with_patience(lambda: _remember_refusal(once, refusal))


def _do(once: Once, command: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        with transaction.atomic(durable=True):
            answered = once.claim()
            if answered is not None:
                return answered
            response = command()
            once.remember(response)
            return response
    except IntegrityError as clash:
        # Somebody remembered an answer though we had claimed: theirs holds.
        if ONE_ANSWER not in str(clash):
            raise
    return _do_nothing(once)


def _do_nothing(once: Once) -> HttpResponse:
    """The answer that is there."""
    with transaction.atomic():
        answered = once.claim()
    if answered is None:
        raise Refusal(
            "request_in_progress",
            _("The same request is being done now. Ask again in a moment."),
        )
    return answered


def _remember_refusal(once: Once, refusal: DomainError) -> HttpResponse:
    """Keep a refusal in a transaction of its own; whoever was first holds."""
    response = problems.response_to(refusal)
    try:
        with transaction.atomic(durable=True):
            answered = once.claim()
            if answered is not None:
                return answered
            once.remember(response)
            return response
    except IntegrityError as clash:
        if ONE_ANSWER not in str(clash):
            raise
    return _do_nothing(once)


def _with_patience(work: Callable[[], HttpResponse]) -> HttpResponse:
    """Begin anew, a few times, what the database broke off for no fault of its own."""
    for tries_left in reversed(range(TRIES)):
        try:
            return work()
        except DatabaseError as failure:
            cause = failure.__cause__
            state = cause.sqlstate if isinstance(cause, PsycopgError) else None
            if state not in AGAIN or not tries_left:
                raise
        time.sleep(random.uniform(0.005, 0.05) * (TRIES - tries_left))  # noqa: S311 (spreads retries, hides nothing)
    raise AssertionError  # the last try returned or raised
