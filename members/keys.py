"""The keys by which a name is found: in either script, by pinyin and by initials.

Everything goes sign by sign, so that the key of a beginning is the beginning of the
key; and each sign is looked up once, so that a million names take seconds.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

from .readings import COMPOUND_SURNAMES, OTHERWISE, SURNAMES

NAME_KEY, PINYIN_KEY, INITIALS_KEY = 80, 120, 40
HIGHEST = "\U0010ffff"  # sorts after whatever may follow a beginning
LATIN = re.compile(r"[0-9a-z]+")
# Both are typed for ü, which pinyin keyboards write v.
FOR_V = re.compile(r"(?<=[ln])(?:ü|yu)")


@dataclass(frozen=True, slots=True)
class Keys:
    """One name, folded: as written, as spoken, by initials, and another reading."""

    search_name: str = ""
    search_pinyin: str = ""
    search_initials: str = ""
    other_pinyin: str = ""
    other_initials: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A Chinese sign or a Latin word: how it is read, and how else."""

    main: str
    other: str = ""
    is_latin: bool = False


def keys_of(name: str) -> Keys:
    """The keys of a name; whatever it holds that has no reading is passed over."""
    spoken = _spoken(name)
    main = [unit.main for unit in spoken]
    other = _other(spoken)
    return Keys(
        search_name=folded(name)[:NAME_KEY],
        search_pinyin="".join(main)[:PINYIN_KEY],
        search_initials="".join(word[0] for word in main)[:INITIALS_KEY],
        other_pinyin="".join(other)[:PINYIN_KEY],
        other_initials="".join(word[0] for word in other)[:INITIALS_KEY],
    )


def folded(text: str) -> str:
    """In simplified script and small letters, without accents, blanks and marks."""
    return "".join(_fold_sign(sign) for sign in unicodedata.normalize("NFKC", text))


def typed_latin(text: str) -> list[str]:
    """The beginnings that letters typed may stand for; none if there are others."""
    plain = folded(text)
    if not LATIN.fullmatch(plain):
        return []
    with_v = folded(FOR_V.sub("v", unicodedata.normalize("NFKC", text).casefold()))
    return [plain[:PINYIN_KEY]] + ([with_v[:PINYIN_KEY]] if with_v != plain else [])


def _spoken(name: str) -> list[Spoken]:
    units: list[Spoken] = []
    word = ""
    for sign in _simplified(unicodedata.normalize("NFKC", name)):
        reading = _readings(sign)
        letters = _fold_sign(sign)
        if reading is None and LATIN.fullmatch(letters):
            word += letters
            continue
        if word and (reading is not None or sign.isspace() or sign in "-·."):
            units.append(Spoken(word, is_latin=True))
            word = ""
        if reading is not None:
            units.append(_as_surname(sign, reading) if not units else reading)
    if word:
        units.append(Spoken(word, is_latin=True))
    return _compound(name, units)


def _as_surname(sign: str, reading: Spoken) -> Spoken:
    """Some signs are read otherwise at the head of a name."""
    main = SURNAMES.get(sign)
    if main is None or main == reading.main:
        return reading
    return Spoken(main, reading.main)


def _compound(name: str, units: list[Spoken]) -> list[Spoken]:
    """Surnames of two signs whose readings belong together."""
    together = COMPOUND_SURNAMES.get(_simplified(name[:2]))
    if together is None or len(units) < 2:
        return units
    return [Spoken(word) for word in together] + units[2:]


def _other(units: list[Spoken]) -> list[str]:
    """Another reading: the first sign that has one; or the last of Latin words first.

    `曾乐` is zengle and cengle; `Anna Smith` is also found as smithanna.
    """
    main = [unit.main for unit in units]
    for place, unit in enumerate(units):
        if unit.other:
            return [*main[:place], unit.other, *main[place + 1 :]]
    if len(units) > 1 and all(unit.is_latin for unit in units):
        return [main[-1], *main[:-1]]
    return []


@lru_cache(maxsize=65_536)
def _fold_sign(sign: str) -> str:
    bare = "".join(
        part
        for part in unicodedata.normalize("NFKD", sign.casefold())
        if unicodedata.category(part)[0] in "LN" or unicodedata.category(part) == "So"
    )
    return _simplified(unicodedata.normalize("NFC", bare))


@lru_cache(maxsize=65_536)
def _simplified_sign(sign: str) -> str:
    return str(_converter().convert(sign))


def _simplified(text: str) -> str:
    """Sign by sign: a phrase must not read otherwise than its beginning."""
    return "".join(sign if sign.isascii() else _simplified_sign(sign) for sign in text)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65_536)
def _readings(sign: str) -> Spoken | None:
    """How a Chinese sign is read in a name; None for any other sign."""
    if sign.isascii():
        return None
    import pypinyin  # noqa: PLC0415 (half a second that most starts need not take)

    found = pypinyin.pinyin(
        sign, style=pypinyin.Style.NORMAL, heteronym=True, errors="ignore"
    )
    if not found or not found[0]:
        return None
    readings = [word for word in found[0] if LATIN.fullmatch(word)]
    if not readings:
        return None
    main, *rest = OTHERWISE.get(sign, readings[:1])
    return Spoken(main, rest[0] if rest else "")
