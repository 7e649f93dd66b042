"""What a monitor may read: requests, the proof's age and result, what we owe.

Counters live in the process. With several web processes set `PROMETHEUS_MULTIPROC_DIR`
to an empty folder before they start: then each adds to files there, and any one of them
answers for all. What is asked of the database is asked at each scrape, and is the same
from everywhere.
"""

import ipaddress
import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily

from ledger import selectors as ledger_selectors
from messaging import metrics as _messages  # noqa: F401 (its counter is registered)
from messaging import selectors as messaging_selectors
from outbox import selectors as outbox_selectors

CONTENT_TYPE = CONTENT_TYPE_LATEST

REQUESTS = Counter(
    "regulars_requests", "Requests answered.", ["method", "route", "status"]
)
LATENCY = Histogram(
    "regulars_request_seconds",
    "Seconds from the first middleware to the answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Note one answer; unknown methods share a label: no caller invents some."""
    method = method if method in METHODS else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    LATENCY.labels(method, route).observe(seconds)


class BooksCollector:
    """Asks the books and the outbox at each scrape."""

    def collect(self) -> Iterator[Any]:
        """The gauges; when the books cannot be asked, that is what is said."""
        reachable = GaugeMetricFamily(
            "regulars_books_reachable", "1 when the books could be asked."
        )
        try:
            families = [
                *self._proof(),
                self._liabilities(),
                *self._outbox(),
                *self._messages(),
            ]
            reachable.add_metric([], 1)
        except DatabaseError:
            families = []
            reachable.add_metric([], 0)
        yield reachable
        yield from families

    def _proof(self) -> Iterator[GaugeMetricFamily]:
        age = GaugeMetricFamily(
            "regulars_proof_age_seconds", "Seconds since the last proof of the books."
        )
        proven = GaugeMetricFamily(
            "regulars_proof_ok", "1 when the last proof found no difference."
        )
        differences = GaugeMetricFamily(
            "regulars_proof_differences", "Rows that the last proof named."
        )
        run = ledger_selectors.latest_proof()
        if run is not None:
            seconds = (timezone.now() - run.finished_at).total_seconds()
            age.add_metric([], seconds)
            proven.add_metric([], int(run.is_proven))
            differences.add_metric([], len(run.differences))
        yield from (age, proven, differences)

    def _liabilities(self) -> GaugeMetricFamily:
        owed = GaugeMetricFamily(
            "regulars_liability",
            "What is owed to holders, in the smallest unit.",
            labels=["kind", "unit"],
        )
        for row in ledger_selectors.liabilities():
            owed.add_metric([str(row["kind"]), str(row["unit"])], row["total"])
        return owed

    def _outbox(self) -> Iterator[GaugeMetricFamily]:
        backlog = outbox_selectors.backlog(at=timezone.now())
        yield GaugeMetricFamily(
            "regulars_outbox_age_seconds",
            "Seconds that the oldest event has waited to be passed on.",
            value=backlog.age,
        )
        deliveries = GaugeMetricFamily(
            "regulars_webhook_deliveries",
            "Webhook deliveries on their way, and given up.",
            labels=["status"],
        )
        deliveries.add_metric(["pending"], backlog.pending)
        deliveries.add_metric(["failed"], backlog.failed)
        yield deliveries

    def _messages(self) -> Iterator[GaugeMetricFamily]:
        backlog = messaging_selectors.backlog(at=timezone.now())
        yield GaugeMetricFamily(
            "regulars_messages_age_seconds",
            "Seconds that the oldest message that is due has waited.",
            value=backlog.age,
        )
        waiting = GaugeMetricFamily(
            "regulars_messages",
            "Messages that are due, held back, being sent, or not known of.",
            labels=["state"],
        )
        for state, count in backlog.counts.items():
            waiting.add_metric([state], count)
        yield waiting


def exposition() -> bytes:
    """The page of metrics."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
        requests = generate_latest(registry)
    else:
        requests = generate_latest(REGISTRY)
    books = CollectorRegistry()
    books.register(BooksCollector())
    return bytes(requests + generate_latest(books))


def may_read(request: HttpRequest) -> bool:
    """By token where one is set; else from a near address, with no proxy between."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # a proxy on this host would make every stranger look near
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    near = (ipaddress.ip_network(given) for given in settings.METRICS_ALLOWED_HOSTS)
    return any(address in network for network in near)
