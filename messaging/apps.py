from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Takes part in merging, exporting and erasing; names its acts."""
        from members import parts  # noqa: PLC0415 (apps are loaded only now)
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import MessagingPart  # noqa: PLC0415

        parts.register(MessagingPart())
        name_acts(
            {
                "messaging.template_published": _("Message template published"),
                "messaging.template_in_use": _("Message template put in use"),
                "messaging.template_out_of_use": _("Message template put out of use"),
                "messaging.tried_out": _("Message sent to oneself"),
                "messaging.cancelled": _("Message called off"),
                "messaging.suppressed": _("Address suppressed"),
                "messaging.suppression_lifted": _("Suppression of an address lifted"),
                "messaging.pace_set": _("Pace of a message provider set"),
            }
        )
