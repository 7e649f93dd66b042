"""The Celery application: worker and beat start from here."""

import contextlib
import os
from pathlib import Path

from celery import Celery
from django.conf import settings
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"

app = Celery("regulars")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A worker takes all of them, or with `-Q` some: what must not wait behind offers, and
# what may take its time, can have machines of their own (docs/celery.md).
QUEUES = ("messages", "campaigns", "default")
app.conf.task_default_queue = "default"
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.task_routes = {
    "messaging.*": {"queue": "messages"},
    "campaigns.*": {"queue": "campaigns"},
}


def make_broker_folders() -> None:
    """The embedded broker is a folder of files, and does not make it by itself."""
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        for name, folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items():
            if "folder" in name:
                Path(folder).mkdir(parents=True, exist_ok=True)


with contextlib.suppress(OSError):  # a full disk is named by the launcher, once
    make_broker_folders()
