"""django-hordak, another ledger for Django, in a Python environment of its own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import place
from benchmarks.sides import Peer

PACKAGES = ["django-hordak==2.0.0", "django>=6.1,<6.2", "psycopg[binary]>=3.3,<3.4"]
SIDE = Path(__file__).resolve().parent / "hordak_side.py"


def python() -> Path:
    """hordak's own Python, made once; its packages never meet ours."""
    folder = place.BENCH_DIR / "hordak-venv"
    found, ready = folder / "bin" / "python", folder / ".ready"
    if not ready.exists():
        uv: list[str | Path] = [sys.executable, "-m", "uv", "--quiet"]
        make = [*uv, "venv", "--clear", "--python", sys.executable, folder]
        fill = [*uv, "pip", "install", "--python", found, *PACKAGES]
        for command in (make, fill):
            subprocess.run(command, check=True)
        ready.touch()
    return found


def hordak(*, environment: Mapping[str, str]) -> Peer:
    """hordak's two-leg posting, one process; its tables made first."""
    python_of_its_own = python()
    subprocess.run([python_of_its_own, SIDE, "migrate"], check=True, env=environment)
    return Peer([python_of_its_own, SIDE], environment=environment)
