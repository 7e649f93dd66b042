"""The pages of webhooks."""

from .deliveries import DeliveryAdmin
from .endpoints import WebhookEndpointAdmin

__all__ = ["DeliveryAdmin", "WebhookEndpointAdmin"]
