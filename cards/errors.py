"""Why something about cards is refused, in sentences that can be read aloud."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class KindRefused(DomainError):
    """A kind of card that contradicts itself, or what the country asks."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("card_kind_refused", " ".join(sentences), sentences=sentences)


class KindNotInUse(DomainError):
    def __init__(self) -> None:
        super().__init__("card_kind_not_in_use", _("This kind of card is not in use."))


class NotPrinted(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "card_not_printed", _("Only printed cards are made for stock.")
        )


class QuantityRefused(DomainError):
    def __init__(self, *, largest: int) -> None:
        super().__init__(
            "card_quantity_refused",
            _("A batch is at least one card, and not so many."),
            largest=largest,
        )


class CardFromStockNeeded(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "card_from_stock_needed", _("Scan a card of this kind from the stock.")
        )


class CardNotInStock(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "card_not_in_stock", _("This card is not in stock. Take another one.")
        )


class CardUnknown(DomainError):
    def __init__(self) -> None:
        super().__init__("card_unknown", _("There is no such card."))


class CardMemberNeeded(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "card_member_needed", _("This kind of card is made out to a member.")
        )


class NoSuchMember(DomainError):
    def __init__(self) -> None:
        super().__init__("no_such_member", _("There is no such member any more."))


class CardBound(DomainError):
    def __init__(self) -> None:
        super().__init__("card_bound", _("This card already belongs to a member."))


class CardNotUsable(DomainError):
    """Lost, expired, replaced, closed or never issued; `status` says which."""

    def __init__(self, *, status: str) -> None:
        super().__init__(
            "card_not_usable", _("This card cannot be used."), status=status
        )


class CardNotLost(DomainError):
    def __init__(self) -> None:
        super().__init__("card_not_lost", _("This card is not reported lost."))


class CardWithoutEnd(DomainError):
    def __init__(self) -> None:
        super().__init__("card_without_end", _("This card does not expire."))


class CardHoldsValue(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "card_holds_value",
            _("There is still value on this card. Spend or pay it out first."),
        )


class ShareRefused(DomainError):
    """A share of a wallet that contradicts itself or another."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("share_refused", " ".join(sentences), sentences=sentences)


class ShareNotUsable(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "share_not_usable", _("This wallet is not shared with this card.")
        )


class ShareLimit(DomainError):
    """Above what the owner lets the holder pay, at once or in a day."""

    def __init__(self, *, left: int) -> None:
        super().__init__(
            "share_limit",
            _("This is more than the owner of the wallet allows."),
            left=left,
        )
        self.left = left


class NothingToReturn(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "nothing_to_return", _("This is more than was paid from the wallet.")
        )


class CodeRefused(DomainError):
    """Wrong, too old or used: one sentence, which tells a guesser nothing."""

    def __init__(self) -> None:
        super().__init__(
            "code_refused", _("This code is not valid. Please show a new one.")
        )


class CodesLocked(DomainError):
    def __init__(self, *, until: datetime) -> None:
        super().__init__(
            "codes_locked",
            _("Too many wrong codes here. Please wait, or ask for the payment code."),
            until=until,
        )


class CardNumberTaken(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "card_number_taken", _("Another card has this number already.")
        )


class ShareOffersFull(DomainError):
    """So many open or in a day that numbers could be tried out."""

    def __init__(self) -> None:
        super().__init__(
            "share_offers_full",
            _("Too many at once: wait until one is answered, or take one back."),
        )


class ShareWithOneself(DomainError):
    def __init__(self) -> None:
        super().__init__("share_with_oneself", _("This is your own number."))


class ShareOfferGone(DomainError):
    """Answered, taken back, too old, or somebody else's: one sentence."""

    def __init__(self) -> None:
        super().__init__("share_offer_gone", _("This is not open any more."))


class NoCardToShareBy(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "no_card_to_share_by",
            _("Wallets cannot be shared by phone here. Please ask at a till."),
        )
