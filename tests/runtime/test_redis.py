"""With `REDIS_URL` the cache and the work that comes later go through Redis."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from benchmarks.serving import free_port
from tests.house.sources import BASE_DIR
from tests.patience import PATIENCE

pytestmark = pytest.mark.redis

ROUND_TRIP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.core.cache import cache
from config.celery import app
cache.set("seen", 3)
cache.incr("seen")
app.send_task("ledger.tasks.prove_books")
print(cache.get("seen"))
"""


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test's own, unless one was given by its address."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    program = shutil.which("redis-server")
    assert program is not None
    port = free_port()
    words = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir"]
    with subprocess.Popen(
        [program, *words, str(tmp_path)], stdout=subprocess.DEVNULL
    ) as server:
        url = f"redis://127.0.0.1:{port}/0"
        try:
            wait_until_it_answers(url)
            yield url
        finally:
            server.terminate()


def wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return


def test_cache_and_work_go_through_redis(redis_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ROUND_TRIP],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "REDIS_URL": redis_url,
            "DATABASE_URL": settings.DATABASE_URL,
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr
    with redis.Redis.from_url(redis_url) as client:
        assert client.llen("default") == 1
        assert any(b"seen" in key for key in client.keys("*"))
