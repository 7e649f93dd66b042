from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        """Names its acts in the log."""
        from stores.words import name_acts  # noqa: PLC0415 (apps are loaded only now)

        name_acts(
            {
                "outbox.endpoint_added": _("Webhook endpoint added"),
                "outbox.endpoint_changed": _("Webhook endpoint changed"),
                "outbox.endpoint_switched_on": _("Webhook endpoint switched on"),
                "outbox.endpoint_switched_off": _("Webhook endpoint switched off"),
                "outbox.endpoint_tested": _("Webhook endpoint tested"),
                "outbox.secret_changed": _("Webhook secret changed"),
                "outbox.delivered_again": _("Webhook delivered again"),
            }
        )
