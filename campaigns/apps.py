from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        """Names its acts."""
        from stores.words import name_acts  # noqa: PLC0415 (apps are loaded only now)

        name_acts(
            {
                "campaigns.segment_added": _("Segment added"),
                "campaigns.segment_changed": _("Segment changed"),
            }
        )
