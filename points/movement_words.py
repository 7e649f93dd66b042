"""What moved points, as the guest would say it."""

from django.utils.translation import gettext as _

from ledger.kinds import EntryKind


def movement_title(kind: str) -> str:
    """What an entry did, in the words of whoever's points they are."""
    words = {
        str(EntryKind.SALE): _("At the till"),
        str(EntryKind.REDEMPTION): _("Points used"),
        str(EntryKind.REVERSAL): _("Refund or correction"),
        str(EntryKind.EXPIRY): _("Expired"),
        str(EntryKind.TRANSFER): _("Transfer"),
        str(EntryKind.GRANT): _("Gift from the house"),
        str(EntryKind.CLAW_BACK): _("Taken back"),
    }
    return words.get(kind) or str(EntryKind(kind).label)
