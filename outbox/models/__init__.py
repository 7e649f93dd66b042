"""What happened, who outside wants to hear of it, and what came of telling them."""

from .deliveries import Delivery
from .endpoints import WebhookEndpoint
from .events import Event

__all__ = ["Delivery", "Event", "WebhookEndpoint"]
