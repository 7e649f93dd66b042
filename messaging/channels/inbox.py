"""In the app: the row is the message, and is there as soon as it is due."""

from uuid import UUID

from members.models import Channel as ConsentChannel

from .base import Capabilities, Letter, SendResult, SendStatus


class InboxCarrier:
    """What members read when they look at their own pages."""

    code = "inbox"
    capabilities = Capabilities(consent=ConsentChannel.INBOX)

    def is_set_up(self) -> bool:
        """It needs nobody."""
        return True

    def send(self, letter: Letter) -> SendResult:
        """It is there."""
        return SendResult(SendStatus.DELIVERED)

    def ask(self, letter_id: UUID) -> SendResult:
        """It never left, so it may be put there again."""
        return SendResult(SendStatus.UNHEARD)
