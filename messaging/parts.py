"""Messages, when a member is merged, exported or erased."""

from datetime import datetime

from ledger.services import Act
from members.parts import Rows

from .models import Message, MessageReason, MessageState
from .services.states import move


class MessagingPart:
    """What was written to a member, and what still waits to be."""

    word = "messaging"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """What was written to one was written to the other; what waits still goes."""
        Message.objects.filter(member=source_id).update(member=target_id)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """What was sent, when, in which words; never a code."""
        rows = Message.objects.filter(member=member_id).order_by("pk")
        return {
            "messages": [
                dict(row)
                for row in rows.values(
                    "version__template__code",
                    "version__number",
                    "channel",
                    "purpose",
                    "language",
                    "values",
                    "state",
                    "created_at",
                    "accepted_at",
                )
            ]
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """A message is worth nothing."""
        return []

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """What waits is not sent, and nothing of what was said is left."""
        mine = Message.objects.filter(member=member_id)
        move(
            mine.values("pk"),
            to=MessageState.DROPPED,
            reason=MessageReason.GONE,
            only_from=(MessageState.WAITING, MessageState.HELD),
            at=at,
        )
        mine.update(
            values={},
            sealed_values="",
            sealed_address="",
            address_hint="",
            address_digest="",
            provider_reference="",
        )
