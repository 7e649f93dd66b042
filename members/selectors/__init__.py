"""Questions about members: who this is, what they hold, whom we may write to."""

from .birthdays import celebrants
from .contact import consent_texts, consents_standing, contactable, may_contact
from .find import Hit, find, find_hits, find_ids, resolve
from .people import by_referral_code, of_keeper, with_birthday
from .value import Explained, balances_at, explain, usable_at

__all__ = [
    "Explained",
    "Hit",
    "balances_at",
    "by_referral_code",
    "celebrants",
    "consent_texts",
    "consents_standing",
    "contactable",
    "explain",
    "find",
    "find_hits",
    "find_ids",
    "may_contact",
    "of_keeper",
    "resolve",
    "usable_at",
    "with_birthday",
]
