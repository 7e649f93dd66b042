"""`make test`: pytest, leaving out aloud what this machine has no program for.

`--long` adds what proves a guard rather than a change, `--soak` everything there is.
"""

import os
import shutil
import sys

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """Debian's Chromium, or one that CHROMIUM names."""
    named = os.environ.get("CHROMIUM")
    names = (named,) if named else BROWSERS
    return next((found for name in names if (found := shutil.which(name))), None)


def redis() -> str | None:
    """A Redis given by its address, or the program to start one."""
    return os.environ.get("TEST_REDIS_URL") or shutil.which("redis-server")


def nginx() -> str | None:
    """Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def everything_is_required() -> bool:
    """On the build machine a missing program is a failure, not an excuse."""
    names = ("CI", "REGULARS_REQUIRE_BROWSER")
    return any(os.environ.get(name, "") not in {"", "0", "false"} for name in names)


def missing() -> dict[str, str]:
    wanted = {
        "browser": (browser(), "apt-get install chromium fonts-noto-cjk"),
        "redis": (redis(), "apt-get install redis-server"),
        "nginx": (nginx(), "apt-get install nginx-light"),
    }
    return {marker: how for marker, (found, how) in wanted.items() if not found}


def left_out_of(words: list[str]) -> list[str]:
    """The markers whose tests this form of the suite does without."""
    if "--soak" in words:
        return []
    return ["slow"] if "--long" in words else ["slow", "long"]


def main(words: list[str]) -> int:
    unwanted = left_out_of(words)
    if "long" not in unwanted:
        os.environ.setdefault("RACING_RUNNERS", "20")
    # Every worker, and every process that a test starts, would compile all of it anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    words = [word for word in words if word not in {"--long", "--soak"}]
    absent = missing()
    if absent:
        how = " and ".join(absent.values())
        if everything_is_required():
            sys.stderr.write(f"Missing for the tests: {how}.\n")
            return 1
        sys.stderr.write(
            f"!!! LEFT OUT: the tests marked {' and '.join(absent)}, for want of their "
            f"programs; to run them: {how}.\n"
        )
    left_out = [*absent, *unwanted]
    if left_out:
        expression = " and ".join(f"not {marker}" for marker in left_out)
        words = ["-m", expression, *words]
    return int(pytest.main(["--maxprocesses", "8", "--dist", "worksteal", *words]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
