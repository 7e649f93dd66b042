"""What the books' own words are called where people read them."""

from django.utils.translation import gettext_lazy as _

from ledger.kinds import AccountKind
from ledger.models import Account
from stores import selectors as stores_selectors

HOLDERS = {
    "member": _("Member"),
    "card": _("Card"),
    "gift_card": _("Gift card"),
    "store": _("Store"),
    "shop": _("The house"),
}
# What divides accounts of one kind and holder; stamps are divided by their programme.
SLOTS = {
    **dict(AccountKind.choices),
    "pending": _("pending"),
    "lapsed": _("lapsed"),
    "coupon": _("coupons"),
    "points_charged": _("points charged for"),
}


def holder_words(account: Account) -> str:
    """Who holds it: a word for the holder, and its number where there are many."""
    words = str(HOLDERS.get(account.holder_kind, account.holder_kind))
    return f"{words} #{account.holder_id}" if account.holder_id else words


def slot_words(account: Account) -> str:
    """What the account is set apart for; nothing where it is the only one."""
    if account.kind == AccountKind.TENDER:
        return stores_selectors.tender_name(account.slot)
    return str(SLOTS.get(account.slot, account.slot))
