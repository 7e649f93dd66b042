from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        """Names its acts, and lets coupons go to a segment."""
        from coupons import audiences  # noqa: PLC0415 (apps are loaded only now)
        from stores.words import name_acts  # noqa: PLC0415

        from .audiences import SEGMENTS  # noqa: PLC0415

        audiences.register(SEGMENTS)
        name_acts(
            {
                "campaigns.segment_added": _("Segment added"),
                "campaigns.segment_changed": _("Segment changed"),
            }
        )
