"""What the sign-in of members refuses; no sentence says whether a phone is known."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class SignInCodeNotAccepted(DomainError):
    """The same for a wrong code, an old, a dead and a used one, and for none at all."""

    def __init__(self) -> None:
        super().__init__(
            "sign_in_code_not_accepted",
            _("This code is not right, or no longer valid."),
        )


class DeviceUnknown(DomainError):
    """The same for a device of somebody else and one that never was."""

    def __init__(self) -> None:
        super().__init__("device_unknown", _("There is no such device."))


class ProofMissing(DomainError):
    """No phone was proven in this browser, or too long ago."""

    def __init__(self) -> None:
        super().__init__("proof_missing", _("Please begin again: ask for a new code."))
