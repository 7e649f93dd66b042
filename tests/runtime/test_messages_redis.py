"""A real worker over a real Redis, killed in the middle: nobody is written to twice."""

from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from django.utils.timezone import now

from messaging.models import Message
from tests.factories.messaging import sent, template
from tests.messaging.test_sms_gateway import Provider, provider
from tests.runtime.processes import Broker, Gateway, Processes, wait_for

__all__ = ["provider"]
pytestmark = [
    pytest.mark.redis,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]
MESSAGES = 6


def test_workers_are_killed_and_redis_flushed_and_each_message_leaves_once(
    provider: Provider, tmp_path: Path
) -> None:
    with (
        Broker(tmp_path) as broker,
        Processes(broker=broker.url, gateway=provider.url, folder=tmp_path) as running,
    ):
        _kill_and_flush(Gateway(provider), broker, running)
        provider.patience.set()


def _kill_and_flush(gateway: Gateway, broker: Broker, running: Processes) -> None:
    gateway.is_silent = True
    version = template("sms")
    for _ in range(MESSAGES):
        sent(version, channel="sms", at=now())
    beat = Celery("beat", broker=broker.url)

    def tick(task: str, **told: str) -> None:
        for _ in range(2):  # two beats, or one tick delivered twice
            beat.send_task(f"messaging.tasks.{task}", kwargs=told, queue="messages")

    running.worker("first", "messages", "campaigns", "default")
    tick("send_channel", channel="sms")
    wait_for(lambda: bool(gateway.acknowledged))
    running.kill("first")
    # Two senders shared the work: what each had begun nobody knows, the rest was not.
    begun = Message.objects.filter(handed_over_at__isnull=False).count()
    assert 1 <= begun <= 2
    assert len(gateway.acknowledged) <= begun
    assert Message.objects.filter(state="sending").count() == MESSAGES

    broker.flush()
    gateway.is_silent = False
    gateway.provider.patience.set()
    Message.objects.update(lease_until=now(), due_at=now())  # the leases run out
    running.worker("second", "messages", "campaigns", "default")
    tick("look_after_messages")
    wait_for(lambda: not Message.objects.filter(state="sending").exists())
    assert Message.objects.filter(state="unknown").count() == begun
    Message.objects.filter(state="unknown").update(due_at=now())  # ten minutes
    tick("look_after_messages")
    wait_for(lambda: not Message.objects.filter(state="unknown").exists())
    tick("send_channel", channel="sms")
    wait_for(lambda: Message.objects.filter(state="accepted").count() == MESSAGES)
    tick("send_channel", channel="sms")
    tick("look_after_messages")
    wait_for(lambda: not _waiting(broker.url))

    numbers = Message.objects.values_list("public_id", flat=True)
    assert gateway.acknowledged == {str(number): 1 for number in numbers}


def _waiting(url: str) -> int:
    with redis.Redis.from_url(url) as broker:
        found: Any = broker.llen("messages")
        return int(found)
