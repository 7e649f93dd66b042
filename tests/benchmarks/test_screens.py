"""The benchmark of the counter's screens still runs."""

import os
import subprocess
import sys

from django.conf import settings

from tests.patience import PATIENCE


def test_a_quick_run_asks_for_every_screen() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.screens", "--quick"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": settings.DATABASE_URL},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" ≤ 60 ") == 1
    assert done.stdout.count(" ≤ 100 ") == 9
    assert "a quick run judges nothing" in done.stdout
