"""A real worker over a real Redis, killed in the middle: nobody is written to twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from messaging.models import Message
from tests.factories.messaging import sent, template
from tests.house.sources import BASE_DIR
from tests.messaging.test_sms_gateway import SECRET, Answer, Provider, provider
from tests.patience import PATIENCE
from tests.runtime.test_redis import redis_url

__all__ = ["provider", "redis_url"]
pytestmark = [
    pytest.mark.redis,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]
MESSAGES = 6
WORKER = [
    *(sys.executable, "-m", "celery", "-A", "config", "--quiet", "worker"),
    *("-Q", "messages,campaigns,default", "--pool", "threads", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
]


class Gateway:
    """Remembers whom it acknowledged; falls silent over the one it is told to."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.acknowledged: Counter[str] = Counter()
        self.is_silent = True
        provider.answer = self.answer

    def answer(self, path: str, told: dict[str, Any]) -> Answer:
        if not told:
            number = path.rsplit("/", 1)[-1]
            if number not in self.acknowledged:
                return 404, {"id": number}
            return 200, {"id": number, "status": "accepted", "reference": number}
        self.acknowledged[told["id"]] += 1
        if self.is_silent:
            self.provider.patience.wait(PATIENCE)
            return None
        return 202, {"reference": told["id"]}


def database_url() -> str:
    parts = urlsplit(settings.DATABASE_URL)
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextmanager
def a_worker(url: str, gateway: str) -> Iterator[subprocess.Popen[bytes]]:
    told = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": url,
        "SMS_GATEWAY_URL": gateway,
        "SMS_GATEWAY_SECRET": SECRET,
    }
    with subprocess.Popen(WORKER, cwd=BASE_DIR, env=told) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between two looks, not instead of one


def test_workers_are_killed_and_redis_flushed_and_each_message_leaves_once(
    redis_url: str, provider: Provider
) -> None:
    gateway = Gateway(provider)
    version = template("sms")
    for _ in range(MESSAGES):
        sent(version, channel="sms", at=now())
    beat = Celery("beat", broker=redis_url)

    def tick(task: str, **told: str) -> None:
        for _ in range(2):  # two beats, or one tick delivered twice
            beat.send_task(f"messaging.tasks.{task}", kwargs=told, queue="messages")

    with a_worker(redis_url, provider.url) as worker:
        tick("send_channel", channel="sms")
        wait_for(lambda: bool(gateway.acknowledged))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    # Two senders shared the work: what each had begun nobody knows, the rest was not.
    begun = Message.objects.filter(handed_over_at__isnull=False).count()
    assert 1 <= begun <= 2
    assert len(gateway.acknowledged) <= begun
    assert Message.objects.filter(state="sending").count() == MESSAGES

    with redis.Redis.from_url(redis_url) as broker:
        broker.flushall()
    gateway.is_silent = False
    provider.patience.set()
    Message.objects.update(lease_until=now(), due_at=now())  # the leases run out
    with a_worker(redis_url, provider.url):
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
        wait_for(lambda: not _waiting(redis_url))

    numbers = Message.objects.values_list("public_id", flat=True)
    assert gateway.acknowledged == {str(number): 1 for number in numbers}


def _waiting(url: str) -> int:
    with redis.Redis.from_url(url) as broker:
        found: Any = broker.llen("messages")
        return int(found)
