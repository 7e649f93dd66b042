"""Compile the catalogues of `locale/`, without a gettext of the system.

`make setup` runs it; fuzzy entries are left out, as gettext leaves them out.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogue(source: Path) -> None:
    """One .po into the .mo beside it, whole or not at all."""
    with source.open("rb") as text:
        catalogue = read_po(text, abort_invalid=True)
    target = source.with_suffix(".mo")
    half = source.with_suffix(".mo.half")
    with half.open("wb") as compiled:
        write_mo(compiled, catalogue)
    half.replace(target)


def compile_stale() -> None:
    """Compile what was changed since it was compiled last."""
    for source in LOCALE_DIR.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            compile_catalogue(source)


def main() -> int:
    for source in sorted(LOCALE_DIR.glob("*/LC_MESSAGES/*.po")):
        try:
            compile_catalogue(source)
        except (PoFileError, OSError) as trouble:
            sys.stderr.write(f"{source} cannot be compiled: {trouble}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
