"""Queues: what code, launcher and docs say of them is the same."""

import re
from typing import Final

from config.celery import QUEUES, app
from config.launcher import worker_command
from tests.house.sources import BASE_DIR

DOCS: Final = (BASE_DIR / "docs/celery.md").read_text("utf-8")
PREFIXES: Final = {"messaging": "messages", "campaigns": "campaigns"}


def routed(task: str) -> str:
    """The queue into which a task is put by whoever names none."""
    return str(app.amqp.router.route({}, task)["queue"].name)


def test_each_task_goes_where_the_docs_say() -> None:
    app.loader.import_default_modules()
    tasks = [name for name in app.tasks if not name.startswith("celery.")]
    assert len(tasks) > 15
    for task in tasks:
        assert routed(task) == PREFIXES.get(task.partition(".")[0], "default"), task


def test_the_docs_start_workers_that_take_every_queue() -> None:
    (command,) = re.findall(r"celery -A config worker [^`]*", DOCS)
    assert command.split("-Q ")[1].split()[0].split(",") == list(QUEUES)
    assert {"--without-mingle", "--without-gossip"} <= set(command.split())
    rows = re.findall(r"^\| `(\w+)` \| (?:.*`(\w+)\.\*`|all else)", DOCS, re.MULTILINE)
    assert dict(rows) == {
        "messages": "messaging",
        "campaigns": "campaigns",
        "default": "",
    }


def test_the_embedded_worker_takes_every_queue() -> None:
    assert "-Q" not in worker_command()
    assert "--queues" not in " ".join(worker_command())
    assert sorted(queue.name for queue in app.conf.task_queues) == sorted(QUEUES)
    assert app.conf.task_default_queue in QUEUES
