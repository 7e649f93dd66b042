"""The catalogues of `locale/`: collect what is to be translated, and say what is not.

    python -m config.translations --check     what is missing, doubtful or left over
    python -m config.translations --update    add new sentences, drop old ones
    python -m config.translations --compile   write what the server reads

No gettext of the system is needed: Django turns templates into text that Babel's
extractor for Python reads. Besides our own sentences the catalogues hold those of
add-ons that ship no Chinese: ours come first when Django looks a sentence up. What
the admin's scripts say stands in a catalogue of its own, `djangojs`.
"""

import argparse
import importlib.util
import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config import messages
from config.house import APPS

BASE_DIR = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans", "zh_Hant")
PAGES, SCRIPTS = "django", "djangojs"  # the catalogues, as Django names them
DOMAINS = (PAGES, SCRIPTS)
OURS = (*APPS, "config", "templates")
ADD_ONS = ("django", "unfold", "axes", "simple_history", "django_otp", "crispy_forms")
# Parts of add-ons that no page of ours shows.
NOT_SHOWN = (
    *("/tests/", "/migrations/", "/management/", "/axes/admin.py", "/templates/otp/"),
    *("/plugins/otp_email/", "reversion", "/hijack/", "/helpers/toolbar.html"),
    *("/contrib/import_export/", "/contrib/guardian/", "/contrib/constance/"),
    *("/contrib/location_field/", "/contrib/inlines/", "/contrib/humanize/"),
    *("/contrib/gis/", "/contrib/admindocs/", "/django/tasks/", "/utils/dates.py"),
    *("/contrib/flatpages/", "/contrib/redirects/", "/contrib/sites/"),
    *(
        "/core/management/",
        "/django/apps/",
        "/django/test/",
        "/contrib/admin/models.py",
    ),
)
DJANGO_APPS = ("admin", "auth", "contenttypes", "humanize", "postgres", "sessions")
DJANGO = ("conf", *(f"contrib/{app}" for app in DJANGO_APPS))
# The admin serves its scripts the sentences of its own and ours, nobody else's.
SPEAKING = ("django/contrib/admin/static/admin/js", "unfold/static/admin/js")

KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
FIRST_DAY = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = "# The Chinese of Regulars. Words follow the glossary in docs/look.md."

type Key = tuple[str, str]  # context and sentence


class Found(NamedTuple):
    """A sentence in a source, with its plural where it has one."""

    context: str
    singular: str
    plural: str


def key_of(message: Message) -> Key:
    """What Django looks a sentence up by."""
    sentence = message.id if isinstance(message.id, str) else message.id[0]
    context: str | bytes = message.context or ""
    # Babel gives the contexts of a compiled catalogue back as bytes.
    return context.decode() if isinstance(context, bytes) else context, sentence


def extract(path: Path) -> Iterator[Found]:
    """The sentences of one module, template or script."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # Everything but the sentences is blanked out; indents would upset the parser.
        lines = templatize(text, origin=str(path)).splitlines()
        text = "\n".join(line.lstrip() for line in lines)
    source = io.BytesIO(text.encode())
    read_out = extract_javascript if path.suffix == ".js" else extract_python
    for _line, function, words, _comments in read_out(
        source, KEYWORDS, [], {"encoding": "utf-8"}
    ):
        yield from _found(str(function), words)


def _found(function: str, words: Any) -> Iterator[Found]:
    given = list(words) if isinstance(words, tuple | list) else [words]
    context = ""
    if "pgettext" in function:
        context, *given = given
    size = 2 if function.startswith("n") else 1
    sentences = given[:size]
    if len(sentences) == size and all(sentences) and None not in (context, *sentences):
        yield Found(
            str(context), str(sentences[0]), str(sentences[1]) if size == 2 else ""
        )


def sources(
    folders: Iterable[Path], endings: Iterable[str] = ("*.py", "*.html")
) -> list[Path]:
    """Modules and templates under these folders, in one order everywhere."""
    found = (
        path
        for folder in folders
        for ending in endings
        for path in folder.rglob(ending)
    )
    return sorted(path for path in found if not _is_hidden(path))


def _is_hidden(path: Path) -> bool:
    return any(part in path.as_posix() for part in NOT_SHOWN)


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).parent


def translated_elsewhere(language: str, domain: str = PAGES) -> set[Key]:
    """What Django and the add-ons themselves say in this language.

    Of Django's parts those that are installed: the words of others reach no page.
    """
    django = package_folder("django")
    folders = [django / part for part in DJANGO]
    for add_on in set(ADD_ONS) - {"django"}:
        folders += [path.parent for path in package_folder(add_on).rglob("locale")]
    if domain == SCRIPTS:
        folders = [django / "contrib/admin"]
    known: set[Key] = set()
    for folder in folders:
        compiled = folder / "locale" / language / "LC_MESSAGES" / f"{domain}.mo"
        if compiled.exists():
            with compiled.open("rb") as file:
                known.update(key_of(m) for m in read_mo(file) if m.id and m.string)
    return known


def known_to_all(domain: str) -> set[Key]:
    """What others say in each of our languages."""
    return set.intersection(*(translated_elsewhere(name, domain) for name in LANGUAGES))


def template_catalogue(domain: str = PAGES) -> Catalog:
    """Every sentence that must have a Chinese of ours."""
    template = Catalog(fuzzy=False)
    if domain == SCRIPTS:
        known = known_to_all(SCRIPTS)
        for spoken in SPEAKING:
            package, _, inside = spoken.partition("/")
            folder = package_folder(package)
            for path in sources([folder / inside], ["*.js"]):
                name = f"{package}/{path.relative_to(folder).as_posix()}"
                if not path.name.endswith(".min.js") and "vendor" not in path.parts:
                    _add(template, path, name, known=known)
        return template
    for path in sources(BASE_DIR / name for name in OURS):
        _add(template, path, str(path.relative_to(BASE_DIR)))
    known = known_to_all(PAGES)
    for add_on in ADD_ONS:
        folder = package_folder(add_on)
        for path in sources([folder]):
            name = f"{add_on}/{path.relative_to(folder).as_posix()}"
            _add(template, path, name, known=known)
    return template


def _add(
    catalogue: Catalog, path: Path, name: str, *, known: set[Key] | None = None
) -> None:
    for context, singular, plural in extract(path):
        if (context, singular) not in (known or ()):
            catalogue.add(
                (singular, plural) if plural else singular,
                locations=[(name, None)],  # type: ignore[list-item]  # lines only make noise
                context=context or None,
            )


def po_path(language: str, domain: str = PAGES) -> Path:
    return BASE_DIR / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str = PAGES) -> Catalog:
    """The catalogue as it stands; an empty one for a new language."""
    path = po_path(language, domain)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def write(language: str, catalogue: Catalog, domain: str = PAGES) -> None:
    """Sorted and undated, so that a change shows what changed and nothing else."""
    catalogue.header_comment = HEADER
    catalogue.project, catalogue.version = "Regulars", "1"
    catalogue.copyright_holder = "Regulars"
    catalogue.creation_date = catalogue.revision_date = FIRST_DAY
    catalogue.fuzzy = False
    path = po_path(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            catalogue,
            width=100,
            sort_output=True,
            ignore_obsolete=True,
            include_previous=False,
        )


def update() -> None:
    """Bring new sentences in, untranslated, and let old ones go."""
    for domain in DOMAINS:
        template = template_catalogue(domain)
        for language in LANGUAGES:
            catalogue = read(language, domain)
            catalogue.update(template, no_fuzzy_matching=True)
            write(language, catalogue, domain)


def faults(language: str, template: Catalog, domain: str = PAGES) -> list[str]:
    """What is wrong with one language, a line each."""
    catalogue = read(language, domain)
    wanted = {key_of(message): message for message in template if message.id}
    held = {key_of(message): message for message in catalogue if message.id}
    lines = []
    for key, source in wanted.items():
        message = held.get(key)
        if message is None or not is_translated(message):
            lines.append(f"missing: {key[1]!r} ({source.locations[0][0]})")
        elif message.fuzzy:
            lines.append(f"fuzzy: {key[1]!r}")
        elif not placeholders_agree(message):
            lines.append(f"placeholders differ: {key[1]!r}")
    lines += [f"unused: {key[1]!r}" for key in held.keys() - wanted.keys()]
    return [f"{language}: {line}" for line in lines]


def is_translated(message: Message) -> bool:
    return all(strings_of(message))


def strings_of(message: Message) -> list[str]:
    """The Chinese of a sentence: one form for every number, or none yet."""
    given = message.string
    return [given] if isinstance(given, str) else list(given or [""])


def placeholders_agree(message: Message) -> bool:
    """Chinese has one form for every number, so it answers to the plural."""
    sentence = message.id if isinstance(message.id, str) else message.id[-1]
    wanted = set(PLACEHOLDER.findall(sentence))
    return all(
        set(PLACEHOLDER.findall(string)) == wanted for string in strings_of(message)
    )


def check() -> int:
    """Print every fault; 1 when there is any."""
    lines, count = [], 0
    for domain in DOMAINS:
        template = template_catalogue(domain)
        count += len([message for message in template if message.id])
        for name in LANGUAGES:
            lines += faults(name, template, domain)
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{count} sentences, {len(lines)} faults\n")
    return 1 if lines else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.translations")
    what = parser.add_mutually_exclusive_group(required=True)
    for name in ("check", "update", "compile"):
        what.add_argument(f"--{name}", action="store_true")
    given = parser.parse_args(arguments)
    if given.update:
        update()
        return 0
    return check() if given.check else messages.main()


if __name__ == "__main__":
    sys.exit(main())
