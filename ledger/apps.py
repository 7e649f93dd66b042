from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("The books")

    def ready(self) -> None:
        import_module("ledger.books_decimals")  # registers its check
