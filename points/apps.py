from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    name = "points"
    verbose_name = _("Points")

    def ready(self) -> None:
        from ledger import proofs  # noqa: PLC0415 (models are loaded only now)
        from members import parts  # noqa: PLC0415 (models are loaded only now)
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import PointsPart  # noqa: PLC0415
        from .proofs import CHECKS  # noqa: PLC0415
        from .words import ACTS  # noqa: PLC0415

        parts.register(PointsPart())
        proofs.register(CHECKS)
        name_acts(ACTS)
