from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CounterConfig(AppConfig):
    name = "counter"
    verbose_name = _("Counter")

    def ready(self) -> None:
        """Say what the acts of the counter are called in the log."""
        from stores.words import name_acts  # noqa: PLC0415 (models are loaded only now)

        name_acts({"counter.till_bound": _("Screen bound to a till")})
