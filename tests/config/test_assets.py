"""What we serve of others is listed, licensed and used; nothing is from elsewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "static" / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OURS = [*TEMPLATES, *sorted((ROOT / "static").glob("*.css"))]
ICON = re.compile(r'components/icon\.html" with name="([\w-]+)"|icon="([\w-]+)"')


def test_each_folder_is_listed_and_has_its_licence() -> None:
    listed = (VENDOR / "README.md").read_text()
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert f"`{folder.name}/`" in listed
        assert list(folder.glob("LICENSE*"))


def test_each_file_says_the_version_that_is_listed() -> None:
    listed = (VENDOR / "README.md").read_text()
    for name in ("bootstrap/bootstrap.min.css", "chartjs/chart.umd.min.js"):
        found = re.search(r"v(\d+\.\d+\.\d+)", (VENDOR / name).read_text()[:400])
        assert found is not None
        assert found[1] in listed
    htmx = (VENDOR / "htmx" / "htmx.min.js").read_text()
    found = re.search(r'version:"(\d+\.\d+\.\d+)"', htmx)
    assert found is not None
    assert found[1] in listed


def test_the_sprite_holds_the_icons_in_use_and_no_other() -> None:
    sprite = (VENDOR / "bootstrap-icons" / "sprite.svg").read_text()
    held = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    used = {
        name
        for path in TEMPLATES
        for pair in ICON.findall(path.read_text())
        for name in pair
        if name
    }
    assert held == used


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_pages_load_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text)
    assert "@import" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_handlers_or_styles(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert not re.search(r"\sstyle\s*=", text)


def test_nothing_points_at_a_source_map() -> None:
    for path in VENDOR.rglob("*.min.*"):
        assert "sourceMappingURL" not in path.read_text()
