from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        # Models can be imported only now.
        from ledger import proofs  # noqa: PLC0415 (models are loaded only now)
        from members import parts  # noqa: PLC0415
        from stores.references import name_references  # noqa: PLC0415
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import CouponsPart  # noqa: PLC0415
        from .proofs import CHECKS  # noqa: PLC0415
        from .referring import entries_called, gifts_called  # noqa: PLC0415

        parts.register(CouponsPart())
        proofs.register(CHECKS)
        name_references("gift", gifts_called)
        name_references("entry", entries_called)
        name_acts(
            {
                "coupons.template_added": _("Coupon template added"),
                "coupons.template_changed": _("Coupon template changed"),
                "coupons.tier_gift_saved": _("Gift of a tier changed"),
                "coupons.issued": _("Coupons given by hand"),
                "coupons.segment_begun": _("Coupons issued to a segment"),
                "coupons.batch_made": _("Printed batch planned"),
                "coupons.batch_exported": _("Codes of a batch exported"),
                "coupons.voided": _("Coupon voided"),
                "coupons.extended": _("Coupon extended"),
                "coupons.pass_refunded": _("Pass refunded"),
                "coupons.visit_used": _("Visit taken off a pass"),
                "coupons.visit_given_back": _("Visit put back on a pass"),
            }
        )
