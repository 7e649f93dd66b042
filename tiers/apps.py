from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TiersConfig(AppConfig):
    name = "tiers"
    verbose_name = _("Tiers")

    def ready(self) -> None:
        # Models can be imported only now.
        from members import parts  # noqa: PLC0415
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import TiersPart  # noqa: PLC0415

        parts.register(TiersPart())
        name_acts(
            {
                "tiers.tier_added": _("Tier added"),
                "tiers.tier_changed": _("Tier changed"),
                "tiers.reviewed": _("Tiers reviewed by hand"),
                "tiers.sold": _("Tier sold"),
                "tiers.refunded": _("Tier refunded"),
                "tiers.given": _("Tier given by hand"),
                "tiers.taken": _("Given tier taken back"),
            }
        )
