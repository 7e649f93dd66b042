from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckoutConfig(AppConfig):
    name = "checkout"
    verbose_name = _("Checkout")

    def ready(self) -> None:
        """Takes part in merging, exporting and erasing; names its acts."""
        from ledger import belonging, proofs  # noqa: PLC0415 (models are loaded only now)
        from members import parts  # noqa: PLC0415 (apps are loaded only now)
        from stores.references import name_references  # noqa: PLC0415
        from stores.words import name_acts  # noqa: PLC0415

        from .parts import CheckoutPart  # noqa: PLC0415 (models are loaded only now)
        from .proofs import CHECKS  # noqa: PLC0415
        from .selectors.sales import has_key, sales_called  # noqa: PLC0415

        parts.register(CheckoutPart())
        belonging.register("checkout", has_key)
        proofs.register(CHECKS)
        name_references("sale", sales_called)
        name_acts(
            {
                "checkout.captured": _("Bill settled"),
                "checkout.sale_refunded": _("Sale refunded"),
                "checkout.sale_voided": _("Sale voided"),
                "checkout.sale_exchanged": _("Goods of a sale exchanged"),
                "checkout.refund_sale": _("Refund a sale"),
                "checkout.void_sale": _("Void a sale"),
                "checkout.offer_added": _("Bill offer added"),
                "checkout.offer_changed": _("Bill offer changed"),
                "checkout.next_visit_added": _("Coupon for the next visit added"),
                "checkout.next_visit_changed": _("Coupon for the next visit changed"),
            }
        )
