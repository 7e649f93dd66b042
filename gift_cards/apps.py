from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GiftCardsConfig(AppConfig):
    name = "gift_cards"
    verbose_name = _("Gift cards")

    def ready(self) -> None:
        """Takes part in merging, exporting and erasing; names its acts."""
        from ledger import proofs  # noqa: PLC0415 (models are loaded only now)
        from members import parts  # noqa: PLC0415 (apps are loaded only now)
        from messaging import outcomes, rendering  # noqa: PLC0415
        from stores.services import register_holder  # noqa: PLC0415
        from stores.words import name_acts  # noqa: PLC0415

        from . import letters, services  # noqa: PLC0415
        from .parts import GiftCardsPart  # noqa: PLC0415
        from .proofs import CHECKS  # noqa: PLC0415
        from .selectors import members_of_gift_cards  # noqa: PLC0415

        parts.register(GiftCardsPart())
        register_holder("gift_card", members_of_gift_cards)
        proofs.register(CHECKS)
        outcomes.register(services.WORD, services.note_news)
        rendering.register_picture(letters.PICTURE, letters.draw)
        name_acts(
            {
                "gift_cards.sold": _("Gift cards sold"),
                "gift_cards.guessed": _("Gift cards guessed at"),
                "gift_cards.blocked": _("Gift card blocked"),
                "gift_cards.unblocked": _("Gift card released"),
                "gift_cards.replaced": _("Gift card given a new code"),
                "gift_cards.extended": _("Gift card extended"),
                "gift_cards.revived": _("Lapsed gift card value given back"),
                "gift_cards.voided": _("Gift card sale voided"),
                "gift_cards.moved": _("Gift card moved into a wallet"),
                "gift_cards.kept": _("Gift kept"),
                "gift_cards.code_shown": _("Code of a gift card shown to its owner"),
                "gift_cards.taken_back": _("Gift taken back by its giver"),
                "gift_cards.resent": _("Gift sent again"),
                "gift_cards.design_added": _("Gift card design added"),
                "gift_cards.design_changed": _("Gift card design changed"),
                "gift_cards.batch_ordered": _("Batch of gift cards ordered"),
                "gift_cards.batch_withdrawn": _("Batch of gift cards withdrawn"),
                "gift_cards.codes_exported": _("Codes of gift cards exported"),
                "gift_cards.sell_gift_card": _("Sell a gift card"),
                "gift_cards.refund_gift_card": _("Refund to a gift card"),
                "gift_cards.replace_gift_card": _("Give a gift card a new code"),
                "gift_cards.extend_gift_card": _("Extend a gift card"),
                "gift_cards.void_gift_card": _("Void the sale of a gift card"),
            }
        )
