"""Posts with django-hordak, in a Python environment of its own; never imported by us.

Run by `benchmarks/peer.py` with hordak's Python. Given `migrate` it makes the tables;
else it answers each line `<seconds>` on stdin with `<postings> <seconds taken>`.
"""

import importlib
import os
import random
import sys
import time
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command

ACCOUNTS = 1_000


def database(url: str) -> dict[str, object]:
    """The same server and the same connection settings as our own side."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }


def main(words: list[str]) -> None:
    """Make the tables, or post for as long as each line of stdin says."""
    settings.configure(
        DEBUG=False,
        SECRET_KEY="only-for-measuring",  # noqa: S106 (guards nothing)
        USE_TZ=True,
        DATABASES={"default": database(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "mptt",
            "hordak",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        HORDAK_CURRENCIES=["CNY"],
        HORDAK_INTERNAL_CURRENCY="CNY",
        DEFAULT_CURRENCY="CNY",
        CURRENCIES=["CNY"],
    )
    django.setup()
    if words == ["migrate"]:
        call_command("migrate", verbosity=0)
        return
    models = importlib.import_module("hordak.models")
    money = importlib.import_module("moneyed").Money
    accounts = [
        models.Account.objects.create(name=f"Wallet {n}", type="LI", currencies=["CNY"])
        for n in range(ACCOUNTS)
    ]
    sales = models.Account.objects.create(name="Sales", type="IN", currencies=["CNY"])
    print("ready", flush=True)
    for line in sys.stdin:
        seconds = float(line)
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            amount = money(random.randint(1, 100), "CNY")
            random.choice(accounts).transfer_to(sales, amount)
            done += 1
        print(done, time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
