from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from imports.parts import References  # noqa: PLC0415 (models must be loaded)
        from members import parts  # noqa: PLC0415 (same)
        from stores.words import name_acts  # noqa: PLC0415 (same)

        parts.register(References())
        name_acts(
            {
                "imports.uploaded": _("File uploaded for import"),
                "imports.asked_to_apply": _("Import asked for"),
                "imports.applied": _("Import applied"),
            }
        )
