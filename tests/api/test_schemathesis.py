"""The document put to the test: whatever it allows is sent, and every answer is one
that it names. All phases; the long form is in `make soak`.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from api import limits
from tests.factories.api import Till, a_till
from tests.factories.cards import CardKindFactory
from tests.factories.coupons import TemplateFactory
from tests.factories.gift_cards import GiftCardDesignFactory
from tests.factories.stored_value import a_plan
from tests.samples import mostly_long

# Hypothesis' own word about what it drew; nothing of ours.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# Valid by its shape and still no request: a phone that is none, a coupon that is not
# there. What the house then says is 422, and is documented.
CHECKS = {"positive_data_acceptance": {"enabled": False}}


@pytest.fixture
def till() -> Till:
    limits.forget()
    CardKindFactory.create()
    TemplateFactory.drawn(code="welcome-10")
    GiftCardDesignFactory.create()
    a_plan()
    return a_till()


def app() -> Callable[..., Any]:
    """Our own application; whichever thread asked leaves no connection behind."""
    application = get_wsgi_application()

    def asked(environ: Any, start_response: Any) -> Any:
        try:
            return application(environ, start_response)
        finally:
            connection.close()

    return asked


def put_to_the_test(
    till: Till, phase: str, *, examples: int, seconds: int
) -> list[str]:
    """Run one phase, and see that it tried something; what went wrong, in words.

    A machine that is too busy to come to anything in that time gets more of it.
    """
    tried, wrong = _run(till, phase, examples=examples, seconds=seconds)
    if not tried:
        tried, wrong = _run(till, phase, examples=examples, seconds=300)
    assert tried
    return wrong


def _run(
    till: Till, phase: str, *, examples: int, seconds: int
) -> tuple[int, list[str]]:
    """How many requests were sent, and what went wrong with them."""
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {till.text}"},
            "generation": {"max-examples": examples, "database": "none"},
            "phases": {name: {"enabled": name == phase} for name in PHASES},
            "checks": CHECKS,
            "max-time": seconds,
            "workers": 1,
            "seed": 1,
        }
    )
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", app(), config=config
    )
    wrong: list[str] = []
    tried = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong += _broken(str(getattr(event, "value", None) or event))
        if isinstance(event, events.ScenarioFinished):
            tried += len(event.recorder.interactions)
            wrong += _failures(event)
    return tried, wrong


def _broken(words: str) -> list[str]:
    """What broke on the way; not that Schemathesis hands its WSGI client an argument
    for redirects, which that one does not know and which we never answer with.
    """
    return [] if "max_redirects" in words else [words]


def _failures(event: events.ScenarioFinished) -> list[str]:
    found = []
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.status == Status.FAILURE and check.failure_info is not None:
                request = event.recorder.interactions[case_id].request
                failure = check.failure_info.failure
                found.append(
                    f"{check.name}: {request.method} {request.uri}"
                    f" {request.body!r}: {failure.title} {failure.message}"
                )
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phase", mostly_long(PHASES, "examples", "fuzzing"))
def test_whatever_the_document_allows_is_answered_as_it_says(
    till: Till, phase: str
) -> None:
    # What is drawn is cut off; what is counted is gone through to its end, or a quick
    # machine would find what a slow one never comes to.
    seconds = {"coverage": 300, "fuzzing": 5}.get(phase, 12)
    assert put_to_the_test(till, phase, examples=8, seconds=seconds) == []


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_what_breaks_would_be_seen(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.members.pictures.by_id", lambda *_, **__: 1 / 0)
    monkeypatch.setattr("api.routes.members.members.identity", lambda text: text)

    wrong = put_to_the_test(till, "coverage", examples=1, seconds=6)

    assert any("not_a_server_error" in words for words in wrong)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phase", PHASES)
def test_the_same_at_length(till: Till, phase: str) -> None:
    assert put_to_the_test(till, phase, examples=300, seconds=900) == []
