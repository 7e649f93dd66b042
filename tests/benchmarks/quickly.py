"""A benchmark in its quick form, as anybody would start it."""

import os
import subprocess
import sys

from django.conf import settings

from tests import template
from tests.patience import PATIENCE


def surroundings() -> dict[str, str]:
    """The tests' server, and its migrated database to copy."""
    return {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_URL,
        "BENCH_TEMPLATE": template.made(),
    }


def run_quickly(name: str) -> str:
    """What `python -m benchmarks.NAME --quick` prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--quick"],
        cwd=settings.BASE_DIR,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
