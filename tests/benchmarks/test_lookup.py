"""The benchmark of the look-up still runs, and reads no table."""

import os
import subprocess
import sys

from django.conf import settings

from benchmarks.lookup import KINDS
from tests.patience import PATIENCE


def test_a_quick_run_asks_in_every_way() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.lookup", "--quick"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": settings.DATABASE_URL},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )

    assert done.returncode == 0, done.stderr
    for kind in KINDS:
        assert done.stdout.count(f"| {kind.name} ") == 2
    assert "a quick run judges nothing" in done.stdout
