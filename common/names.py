"""Names that a shop gives in each of its languages: data, not translations of ours."""

from babel import Locale
from django.utils.translation import get_language, to_locale


def in_readers_language(*, en: str, hans: str, hant: str) -> str:
    """The name in the language of whoever reads; another where that one is empty."""
    language = (get_language() or "en").lower()
    if language.startswith("zh"):
        traditional = any(part in language for part in ("hant", "tw", "hk", "mo"))
        order = (hant, hans, en) if traditional else (hans, hant, en)
    else:
        order = (en, hans, hant)
    return next((name for name in order if name), "")


def country_name(code: str) -> str:
    """A country of two letters in the reader's language; unknown ones as they are."""
    locale = Locale.parse(to_locale(get_language() or "en"))
    return str(locale.territories.get(code, code))
