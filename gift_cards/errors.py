"""What gift cards refuse, in sentences that can be read aloud."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class GiftCardNotFound(DomainError):
    """No such code, a wrong PIN, or one missing: always the same answer."""

    def __init__(self) -> None:
        super().__init__(
            "gift_card_not_found",
            _("There is no gift card with this code and PIN."),
        )


class TooManyTries(DomainError):
    """Guessing is slowed down; whoever mistyped waits a little."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            "too_many_tries",
            _("Too many wrong tries. Please wait a little and try again."),
            retry_after=retry_after,
        )
        self.retry_after = retry_after


class GiftCardUnavailable(DomainError):
    """Not sold yet, blocked, or void."""

    def __init__(self, *, status: str) -> None:
        super().__init__(
            "gift_card_unavailable",
            _("This gift card cannot be used: it is not active."),
            status=status,
        )


class GiftCardEmpty(DomainError):
    """All of it was spent, or has lapsed."""

    def __init__(self) -> None:
        super().__init__("gift_card_empty", _("There is nothing left on this card."))


class GiftCardUnknown(DomainError):
    """A card that is not there, by its number."""

    def __init__(self) -> None:
        super().__init__("gift_card_unknown", _("There is no such gift card."))


class NotForSale(DomainError):
    """Sold already, withdrawn, or of a design that is not on sale."""

    def __init__(self) -> None:
        super().__init__(
            "gift_card_not_for_sale", _("This gift card cannot be sold, or is already.")
        )


class CardAmountRefused(DomainError):
    """Not a face value, or outside what cards may hold."""

    def __init__(
        self, *, amount: int, smallest: int, largest: int, face_values: list[int]
    ) -> None:
        super().__init__(
            "gift_card_amount_refused",
            _("A gift card of this design is not sold for this amount."),
            amount=amount,
            smallest=smallest,
            largest=largest,
            face_values=face_values,
        )


class QuantityRefused(DomainError):
    """How many cards may be sold, or printed, at once."""

    def __init__(self, *, most: int) -> None:
        super().__init__(
            "gift_card_quantity_refused",
            _("This many gift cards cannot be made at once."),
            most=most,
        )


class TendersRefused(DomainError):
    """Gift cards are bought with money: not with gift cards, bonus or points."""

    def __init__(self, *, total: int) -> None:
        super().__init__(
            "gift_card_tenders_refused",
            _("Gift cards are paid for in money, and exactly."),
            total=total,
        )


class RealNameNeeded(DomainError):
    """The law asks who buys so much."""

    def __init__(self) -> None:
        super().__init__(
            "real_name_needed",
            _("For this much the law asks for a buyer who is a named member."),
        )


class NonCashNeeded(DomainError):
    """The law wants so much paid without cash."""

    def __init__(self) -> None:
        super().__init__(
            "non_cash_needed", _("The law does not allow cash for this much.")
        )


class MemberUnknown(DomainError):
    """Not a member, or one no longer."""

    def __init__(self) -> None:
        super().__init__("member_unknown", _("This member is not there."))


class StoreNeeded(DomainError):
    """Money is taken and cards are spent at a store."""

    def __init__(self) -> None:
        super().__init__("store_needed", _("Gift cards are sold and spent at a store."))


class OtherStore(DomainError):
    """Money goes back where it was taken."""

    def __init__(self) -> None:
        super().__init__(
            "other_store", _("This card was sold at another store: void it there.")
        )


class NotRedeemedHere(DomainError):
    """The entry is no payment with this card."""

    def __init__(self) -> None:
        super().__init__("not_redeemed", _("This was not paid with this gift card."))


class ExtensionRefused(DomainError):
    """Never shorter, not too far, not too often, and only while something lives."""

    def __init__(self, *, latest: datetime | None = None) -> None:
        super().__init__(
            "extension_refused",
            _("A gift card is only extended to a later day, within the rules."),
            latest=latest,
        )


class NothingLapsed(DomainError):
    """There is nothing to give back, or the law leaves it lapsed."""

    def __init__(self) -> None:
        super().__init__(
            "nothing_lapsed", _("Nothing of this card lapsed that is still owed.")
        )


class CodeReplacedAlready(DomainError):
    """The card has another code by now."""

    def __init__(self) -> None:
        super().__init__(
            "code_replaced_already", _("This card has been given a new code already.")
        )


class BatchNotExportable(DomainError):
    """Codes leave the house once."""

    def __init__(self) -> None:
        super().__init__(
            "batch_not_exportable",
            _("The codes of this batch have left the house already, or never will."),
        )


class GiftRefused(DomainError):
    """What a gift needs: one card, a name, somewhere to go, a time that will come."""

    def __init__(self, message: str) -> None:
        super().__init__("gift_refused", message)


class GiftNotFound(DomainError):
    """No such link, or one that no longer opens anything."""

    def __init__(self) -> None:
        super().__init__("gift_not_found", _("This link does not open a gift."))


class GiftNotYet(DomainError):
    """It is to be a surprise on its day."""

    def __init__(self, *, opens_at: datetime) -> None:
        super().__init__(
            "gift_not_yet", _("This gift opens on its day."), opens_at=opens_at
        )


class GiftNotSendable(DomainError):
    """Sent, on its way, or stopped."""

    def __init__(self) -> None:
        super().__init__(
            "gift_not_sendable", _("This gift is not waiting to be sent again.")
        )


class GiftNotReturnable(DomainError):
    """The friend has it, or money took another way than out of the giver's wallet."""

    def __init__(self) -> None:
        super().__init__(
            "gift_not_returnable",
            _("This gift is on its way or with your friend: it stays given."),
        )


class OnlyOneself(DomainError):
    """What a member does with their own on their own phone, nobody does for them."""

    def __init__(self) -> None:
        super().__init__(
            "only_oneself", _("Only the member does this, on their own phone.")
        )


class StoredValueRefused(DomainError):
    """The shop sells gift cards for money alone."""

    def __init__(self) -> None:
        super().__init__(
            "stored_value_refused",
            _("This shop does not sell gift cards for stored value."),
        )


class MoveRefused(DomainError):
    """Under the rules of this card it stays a card."""

    def __init__(self) -> None:
        super().__init__(
            "gift_card_move_refused",
            _("This gift card cannot be moved into stored value: pay with it."),
        )


class ChannelUnavailable(DomainError):
    """Nothing is set up that could carry such a message."""

    def __init__(self) -> None:
        super().__init__(
            "channel_unavailable", _("Messages cannot be sent from this shop yet.")
        )


class PictureRefused(DomainError):
    """Not a picture that is safe to keep."""

    def __init__(self) -> None:
        super().__init__(
            "picture_refused",
            _(
                "This file is not a picture that can be used: take a PNG, JPEG or WebP "
                "of at most 20 megapixels and 10 MB."
            ),
        )


class PassphraseRefused(DomainError):
    """Whoever finds the file must not guess it."""

    def __init__(self) -> None:
        super().__init__(
            "passphrase_refused",
            _("The passphrase needs at least 16 letters and digits, not all alike."),
        )


class WordsRefused(DomainError):
    """A name that is missing, too long, or cannot be kept."""

    def __init__(self) -> None:
        super().__init__("words_refused", _("Give a name of at most 60 characters."))


class DesignRefused(DomainError):
    """What is wrong with a design, in sentences."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("design_refused", " ".join(sentences), sentences=sentences)
