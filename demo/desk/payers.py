"""Guests who can pay for something."""

from demo.places import Scene
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder


class Payers(Scene):
    """A scene that asks who has money in their wallet."""

    def payers(self, most: int, *, least: int) -> list[int]:
        """Guests whose wallets hold so much principal, the best known first."""
        found: list[int] = []
        for _person, member_id in self.guests:
            held = stored_value_selectors.wallet(
                holder=Holder.member(member_id), at=self.until
            )
            if held.principal >= least:
                found.append(member_id)
            if len(found) == most:
                break
        return found
