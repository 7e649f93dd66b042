from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Members’ sign-in")

    def ready(self) -> None:
        """Takes part in merging, exporting and erasing; names its acts."""
        from members import parts  # noqa: PLC0415 (apps are loaded only now)
        from stores.words import name_acts  # noqa: PLC0415 (as above)

        from .parts import AccountsPart  # noqa: PLC0415 (as above)

        parts.register(AccountsPart())
        name_acts(
            {
                "accounts.device_key_given": _(
                    "Device given a key for codes without network"
                ),
                "accounts.signed_in": _("Member signed in"),
                "accounts.signed_out": _("Member signed out"),
                "accounts.signed_out_everywhere": _("Member signed out everywhere"),
            }
        )
