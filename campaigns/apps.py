from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        """Names its acts, and lets coupons go to a segment."""
        from coupons import audiences  # noqa: PLC0415 (apps are loaded only now)
        from members import parts  # noqa: PLC0415
        from stores.references import name_references  # noqa: PLC0415
        from stores.words import name_acts  # noqa: PLC0415

        from .audiences import SEGMENTS  # noqa: PLC0415
        from .parts import CampaignsPart  # noqa: PLC0415
        from .referring import campaigns_called  # noqa: PLC0415

        parts.register(CampaignsPart())
        audiences.register(SEGMENTS)
        name_references("campaign", campaigns_called)
        name_acts(
            {
                "campaigns.segment_added": _("Segment added"),
                "campaigns.segment_changed": _("Segment changed"),
                "campaigns.campaign_added": _("Campaign added"),
                "campaigns.campaign_changed": _("Campaign changed"),
                "campaigns.started": _("Campaign started"),
                "campaigns.paused": _("Campaign paused"),
                "campaigns.paused_by_itself": _("Campaign paused by itself"),
                "campaigns.stopped": _("Campaign stopped"),
                "campaigns.finished": _("Campaign finished"),
                "campaigns.journey_failed": _("Step of a campaign failed"),
            }
        )
