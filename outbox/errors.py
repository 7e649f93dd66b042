"""What webhooks refuse, in sentences."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class AddressRefused(DomainError):
    """An address to which nothing may be sent."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("webhook_address_refused", message)


class EndpointRefused(DomainError):
    """A name or a choice of events that cannot be kept."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("webhook_endpoint_refused", message)


class EndpointUnknown(DomainError):
    """There is none with this number."""

    def __init__(self) -> None:
        super().__init__(
            "webhook_endpoint_unknown", _("There is no such webhook endpoint.")
        )


class EndpointIsOff(DomainError):
    """Nothing is sent to an endpoint that is switched off."""

    def __init__(self) -> None:
        super().__init__(
            "webhook_endpoint_off",
            _("The endpoint is switched off. Switch it on first."),
        )


class EndpointIsSo(DomainError):
    """Switched on or off already."""

    def __init__(self) -> None:
        super().__init__("webhook_endpoint_is_so", _("The endpoint is so already."))


class DeliveryOnItsWay(DomainError):
    """It is being sent at this moment."""

    def __init__(self) -> None:
        super().__init__(
            "webhook_delivery_on_its_way",
            _("This delivery is being sent right now. Look again in a few minutes."),
        )


class SecretUnreadable(DomainError):
    """Sealed with a key that is no longer known."""

    def __init__(self) -> None:
        super().__init__(
            "webhook_secret_unreadable",
            _("The secret cannot be opened any more. Give the endpoint a new one."),
        )
