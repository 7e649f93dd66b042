"""What a monitor may read of messages: what providers told, and whether it was theirs.

What waits is asked of the database at each scrape (`config/metrics.py`).
"""

from prometheus_client import Counter

WEBHOOKS = Counter(
    "regulars_message_webhooks",
    "Requests of providers about messages.",
    ["provider", "result"],
)


def count_webhook(*, provider: str, result: str) -> None:
    """Note one; `result` is taken, malformed or unsigned."""
    WEBHOOKS.labels(provider, result).inc()
