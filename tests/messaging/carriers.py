"""A provider for tests: answers as it is told, and remembers what it acknowledged."""

from collections.abc import Callable
from uuid import UUID

import pytest

from messaging.channels import Capabilities, Letter, SendResult, SendStatus

ACCEPTED = SendResult(SendStatus.ACCEPTED, reference="r-1")
UNKNOWN = SendResult(SendStatus.UNKNOWN, detail="no answer")
NOT_SENT = SendResult(SendStatus.NOT_SENT, detail="no connection")
REFUSED = SendResult(SendStatus.REFUSED, detail="answer 400")
UNHEARD = SendResult(SendStatus.UNHEARD)


class FakeCarrier:
    """Text messages by a provider that does what the test says."""

    code = "fake"

    def __init__(self, *, can_be_asked: bool = False) -> None:
        self.capabilities = Capabilities(can_be_asked=can_be_asked, consent="sms")
        self.answers: list[SendResult | Exception] = []
        self.knows: SendResult = UNKNOWN
        self.letters: list[Letter] = []
        self.asked: list[UUID] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def is_set_up(self) -> bool:
        return True

    def send(self, letter: Letter) -> SendResult:
        self.letters.append(letter)
        self.meanwhile()
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, letter_id: UUID) -> SendResult:
        self.asked.append(letter_id)
        return self.knows


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> FakeCarrier:
    """It carries every text message of the test."""
    fake = FakeCarrier()
    monkeypatch.setattr("messaging.channels.sms_carrier", lambda: fake)
    return fake
