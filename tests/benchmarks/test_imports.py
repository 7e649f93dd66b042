"""The benchmark of moving in still runs, and finds its rows again."""

import os
import subprocess
import sys

from django.conf import settings

from tests.patience import PATIENCE


def test_a_quick_run_brings_both_files_in_once() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports", "--quick"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": settings.DATABASE_URL},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("looked through", "brought in", "the same again"):
        assert done.stdout.count(f"| {what} ") == 2
    assert "proved at" in done.stdout
