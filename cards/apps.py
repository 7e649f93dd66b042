from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardsConfig(AppConfig):
    name = "cards"
    verbose_name = _("Cards")

    def ready(self) -> None:
        # Models can be imported only now.
        from members import parts  # noqa: PLC0415
        from stores.services import register_holder  # noqa: PLC0415
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import CardsPart  # noqa: PLC0415
        from .selectors import members_of_cards  # noqa: PLC0415

        parts.register(CardsPart())
        register_holder("card", members_of_cards)
        name_acts(
            {
                "cards.kind_added": _("Kind of card added"),
                "cards.kind_changed": _("Kind of card changed"),
                "cards.stock_made": _("Cards made for stock"),
                "cards.stock_exported": _("Card numbers exported"),
                "cards.issued": _("Card issued"),
                "cards.bound": _("Card bound to a member"),
                "cards.lost": _("Card reported lost"),
                "cards.found": _("Card found again"),
                "cards.replaced": _("Card replaced"),
                "cards.renewed": _("Card renewed"),
                "cards.closed": _("Card closed"),
                "cards.moved": _("Card moved in a merge"),
                "cards.wallet_shared": _("Wallet shared"),
                "cards.share_changed": _("Shared wallet changed"),
                "cards.share_ended": _("Shared wallet ended"),
                "cards.code_refused": _("Wrong code"),
                "cards.codes_locked": _("Codes locked after wrong tries"),
            }
        )
