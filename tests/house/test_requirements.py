"""What is installed is pinned, hashed, and from no address of ours."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.sources import BASE_DIR

FILES = sorted((BASE_DIR / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==[^ ;]+( ;[^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(path: Path) -> dict[str, list[str]]:
    """Each pinned package with its hashes."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text().splitlines():
        if HASH.match(line):
            found[name].append(line.split(":")[1].removesuffix(" \\"))
        else:
            pinned = PIN.match(line)
            assert pinned, f"{path.name}: {line!r} is neither a pin nor a hash"
            name = line.removesuffix(" \\")
            found[name] = []
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes_and_nothing_else_is_there(
    path: Path,
) -> None:
    assert all(pins(path).values())
    assert "://" not in path.read_text()


def test_what_installs_the_rest_is_the_pinned_one() -> None:
    bootstrap = pins(BASE_DIR / "requirements" / "uv.txt")
    everything = pins(BASE_DIR / "requirements" / "dev.txt")
    assert list(bootstrap) == [name for name in everything if name.startswith("uv==")]
    assert all(everything[name] == hashes for name, hashes in bootstrap.items())


def test_development_adds_to_production_and_changes_nothing() -> None:
    base = pins(BASE_DIR / "requirements" / "base.txt")
    everything = pins(BASE_DIR / "requirements" / "dev.txt")
    assert set(base) <= set(everything)


def test_every_dependency_has_a_lower_bound() -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert [name for name in asked if ">=" not in name] == []
