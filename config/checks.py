"""`make check`: everything that a machine can judge without running the tests."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from config.house import APPS

BASE_DIR = Path(__file__).resolve().parent.parent
AT_ONCE = 2
LIKE_PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a-key-for-looking-only-0123456789-abcdefghijklmnopqrstuvwxyz-%$#",
    "ALLOWED_HOSTS": "regulars.example.com",
    "DATABASE_URL": "postgresql://regulars@127.0.0.1:5432/regulars",
    "EMAIL_URL": "smtp+tls://login:password@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "regulars@example.com",
}


@dataclass(frozen=True)
class Check:
    """A command that ends with 0 when all is well."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    name: str
    passed: bool
    seconds: float
    words: str


def python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)


def program(name: str, *words: str) -> tuple[str, ...]:
    return (str(Path(sys.executable).parent / name), *words)


def templates() -> list[str]:
    found = (BASE_DIR / "templates").rglob("*.html")
    return [str(path.relative_to(BASE_DIR)) for path in sorted(found)]


def checks() -> list[Check]:
    manage = python("-W", "error::RuntimeWarning", "manage.py")
    return [
        Check("types", program("mypy", ".")),
        Check("format", program("ruff", "format", "--check", ".")),
        Check("lint", program("ruff", "check", ".")),
        Check("templates", program("djade", "--check", *templates())),
        Check("layers", program("lint-imports")),
        Check("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Check("translations", python("-m", "config.translations", "--check")),
        Check(
            "deploy",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            LIKE_PRODUCTION,
        ),
        Check(
            "security",
            program(
                *("bandit", "--quiet", "--recursive", "--severity-level", "high"),
                *APPS,
                "config",
            ),
        ),
    ]


def judge(check: Check) -> Verdict:
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 (the list above)
        check.command,
        cwd=BASE_DIR,
        env={**os.environ, **check.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds = time.monotonic() - begun
    return Verdict(check.name, done.returncode == 0, seconds, done.stdout)


def main() -> int:
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for verdict in pool.map(judge, checks()):
            mark = "ok    " if verdict.passed else "FAILED"
            sys.stdout.write(f"{mark} {verdict.name} ({verdict.seconds:.1f} s)\n")
            if not verdict.passed:
                failed.append(verdict.name)
                sys.stdout.write(verdict.words.rstrip() + "\n")
            sys.stdout.flush()
    if failed:
        sys.stdout.write(f"make check: {', '.join(failed)} failed\n")
        return 1
    sys.stdout.write("make check: all is well\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
