"""What production installs is enough for everything that production starts."""

import os
import re
import subprocess
import sys
from importlib import metadata

from tests.config.test_production import PRODUCTION
from tests.house.sources import BASE_DIR
from tests.house.test_requirements import pins

# Imports all that web, worker, beat and commands may reach, where the packages that
# only developers install cannot be found.
IMPORT_ALL = """
import importlib, importlib.abc, pkgutil, sys

hidden = set(sys.argv[1].split(","))

class NotInstalled(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
import django
django.setup()
from config.house import APPS
names = sys.argv[2].split(",")
for top in (*APPS, "config"):
    folder = importlib.import_module(top).__path__
    names += [found.name for found in pkgutil.walk_packages(folder, f"{top}.")]
for name in names:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        print(f"{name} needs {missing.name}")
"""
# What libraries load only once something is set: Redis, a mail provider, a worker.
BY_SETTING = (
    "kombu.transport.redis",
    "django.core.cache.backends.redis",
    "celery.bin.celery",
    "celery.apps.worker",
    "celery.apps.beat",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "anymail.backends.mailgun",
    "granian.cli",
    "granian.server.mp",
    "granian.wsgi",
)


def name_of(package: str) -> str:
    """As the index writes it: `Django_Stubs` and `django-stubs` are one package."""
    return re.sub(r"[-_.]+", "-", package).lower()


def only_for_developers() -> set[str]:
    """Modules of packages that `requirements/base.txt` does not bring."""
    brought = {
        pinned.partition("==")[0]
        for pinned in pins(BASE_DIR / "requirements" / "base.txt")
    }
    return {
        module
        for module, packages in metadata.packages_distributions().items()
        if not {name_of(package) for package in packages} & brought
    }


def missing(hidden: set[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, ",".join(hidden), ",".join(BY_SETTING)],
        cwd=BASE_DIR,
        env={
            **os.environ,
            **PRODUCTION,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(BASE_DIR),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


def test_production_brings_all_that_it_imports() -> None:
    assert missing(only_for_developers()) == set()


def test_a_package_that_production_lacks_would_be_named() -> None:
    told = missing({*only_for_developers(), "packaging"})

    assert "kombu.transport.redis needs packaging" in told
