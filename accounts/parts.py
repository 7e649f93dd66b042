"""A member's devices, where members merge, ask what is kept of them, or leave."""

from datetime import datetime

from ledger.services import Act
from members.parts import Rows

from .models import NO_KEY, MemberDevice, SignInCode, VerifiedEmail


class AccountsPart:
    """The share of the sign-in in a member."""

    word = "accounts"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Who is signed in as one is so as the other; a code on its way serves too."""
        MemberDevice.objects.filter(member=source_id).update(member=target_id)
        SignInCode.objects.filter(member=source_id).update(member=target_id)
        if not VerifiedEmail.objects.filter(member=target_id).exists():
            VerifiedEmail.objects.filter(member=source_id).update(member=target_id)

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Where and when they signed in; never a secret."""
        rows = MemberDevice.objects.filter(member=member_id).order_by("pk")
        return {
            "devices": [
                dict(row)
                for row in rows.values(
                    "name", "signed_in_at", "seen_at", "ended_at", "end", "key_given_at"
                )
            ]
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """To be signed in is worth nothing."""
        return []

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Signed out everywhere at once, and nothing left of where it was."""
        mine = MemberDevice.objects.filter(member=member_id)
        mine.filter(ended_at=None).update(
            ended_at=at, end=MemberDevice.End.ERASED, **NO_KEY
        )
        mine.update(name="")
        SignInCode.objects.filter(member=member_id).delete()
        VerifiedEmail.objects.filter(member=member_id).delete()
