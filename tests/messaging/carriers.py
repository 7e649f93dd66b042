"""A provider for tests: answers as it is told, and remembers what it acknowledged."""

from collections.abc import Callable
from uuid import UUID

import pytest

from messaging.channels import Capabilities, Fate, Letter, Outcome

ACCEPTED = Outcome(Fate.ACCEPTED, reference="r-1")
UNKNOWN = Outcome(Fate.UNKNOWN, detail="no answer")
NOT_SENT = Outcome(Fate.NOT_SENT, detail="no connection")
REFUSED = Outcome(Fate.REFUSED, detail="answer 400")
UNHEARD = Outcome(Fate.UNHEARD)


class FakeCarrier:
    """Text messages by a provider that does what the test says."""

    code = "fake"

    def __init__(self, *, can_be_asked: bool = False) -> None:
        self.capabilities = Capabilities(can_be_asked=can_be_asked, consent="sms")
        self.answers: list[Outcome | Exception] = []
        self.knows: Outcome = UNKNOWN
        self.letters: list[Letter] = []
        self.asked: list[UUID] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def is_set_up(self) -> bool:
        return True

    def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        self.meanwhile()
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, letter_id: UUID) -> Outcome:
        self.asked.append(letter_id)
        return self.knows


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> FakeCarrier:
    """It carries every text message of the test."""
    fake = FakeCarrier()
    monkeypatch.setattr("messaging.channels.sms_carrier", lambda: fake)
    return fake
