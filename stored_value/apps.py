from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoredValueConfig(AppConfig):
    name = "stored_value"
    verbose_name = _("Stored value")

    def ready(self) -> None:
        """Say what the acts are called, and what is kept about a member."""
        from ledger import proofs  # noqa: PLC0415 (models are loaded only now)
        from members import parts  # noqa: PLC0415 (models are loaded only now)
        from points import identity  # noqa: PLC0415 (the same)
        from stored_value.parts import StoredValuePart  # noqa: PLC0415 (the same)
        from stored_value.proofs import CHECKS  # noqa: PLC0415 (the same)
        from stored_value.services.identity import (  # noqa: PLC0415 (the same)
            require_identity_of_member,
        )
        from stores.words import name_acts  # noqa: PLC0415 (the same)

        parts.register(StoredValuePart())
        proofs.register(CHECKS)
        identity.register(require_identity_of_member)
        name_acts(
            {
                "stored_value.top_up_wallet": _("Wallet topped up"),
                "stored_value.refund_top_up": _("Top-up refunded"),
                "stored_value.refund_spend": _("Payment from a wallet refunded"),
                "stored_value.transfer_value": _("Stored value transferred"),
                "stored_value.statement_taken": _("Statement of a wallet taken"),
                "stored_value.close_wallet": _("Wallet closed"),
                "stored_value.reactivated": _("Resting principal given back"),
                "stored_value.held": _("Value held"),
                "stored_value.hold_captured": _("Hold captured"),
                "stored_value.hold_released": _("Hold released"),
                "stored_value.hold_expired": _("Hold ran out"),
                "stored_value.code_set": _("Payment code set"),
                "stored_value.code_refused": _("Wrong payment code"),
                "stored_value.code_locked": _("Payment code locked after wrong tries"),
                "stored_value.plan_added": _("Top-up plan added"),
                "stored_value.plan_changed": _("Top-up plan changed"),
            }
        )
