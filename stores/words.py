"""What the log's acts and the first roles are called where people read them."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The apps above add the names of their acts when they are loaded.
ACTS: dict[str, Promise] = {
    "stores.signed_in": _("Signed in"),
    "stores.proof_refused": _("Wrong PIN or password"),
    "stores.proof_locked": _("Locked after wrong tries"),
    "stores.pin_set": _("PIN set"),
    "stores.password_set": _("Password set"),
    "stores.password_rehashed": _("Password kept by a stronger method"),
    "stores.totp_confirmed": _("Authenticator set up"),
    "stores.totp_removed": _("Authenticator removed"),
    "stores.user_added": _("Staff member added"),
    "stores.user_changed": _("Staff member changed"),
    "stores.role_given": _("Role given"),
    "stores.role_taken": _("Role taken away"),
    "stores.role_added": _("Role added"),
    "stores.role_changed": _("Role changed"),
    "stores.limit_set": _("Limit set"),
    "stores.limit_lifted": _("Limit lifted"),
    "stores.store_added": _("Store added"),
    "stores.tender_added": _("Way of paying added"),
    "stores.tender_changed": _("Way of paying changed"),
    "stores.store_changed": _("Store changed"),
    "stores.till_added": _("Till added"),
    "stores.till_changed": _("Till changed"),
    "stores.shift_opened": _("Shift opened"),
    "stores.shift_handed_over": _("Shift handed over"),
    "stores.shift_closed": _("Shift closed"),
    "stores.shift_counted_again": _("Count of a shift sent back"),
    "stores.approval_asked": _("Approval asked for"),
    "stores.approved": _("Approved"),
    "stores.key_made": _("API key made"),
    "stores.key_revoked": _("API key revoked"),
    "stores.exported": _("List exported"),
    "ledger.adjust": _("Balance adjusted"),
    "ledger.reverse": _("Entry reversed"),
    "ledger.froze": _("Account frozen"),
    "ledger.released": _("Account released"),
}


def act_words(act: str) -> str:
    """What an act of the log is called; one without a name, as it is written."""
    return str(ACTS.get(act, act))


# What a second person is asked about: `kind:number`, or one of them going into another.
SUBJECT = re.compile(r"(\w+):([\w-]+)")
KINDS: dict[str, Promise] = {
    "member": _("member"),
    "card": _("card"),
    "gift_card": _("gift card"),
    "coupon": _("coupon"),
    "template": _("coupon template"),
    "top_up": _("top-up"),
    "entry": _("entry"),
    "sale": _("sale"),
    "bill": _("bill"),
    "account": _("account"),
}


def subject_words(subject: str) -> str:
    """What an approval is about: "member:1>member:2" is "member #1 → member #2"."""

    def words(found: re.Match[str]) -> str:
        return f"{KINDS.get(found[1], found[1])} #{found[2]}"

    return SUBJECT.sub(words, subject).replace(">", " → ")


def name_acts(names: dict[str, Promise]) -> None:
    """Called by an app's `ready`: what its acts are called in the log."""
    ACTS.update(names)


# The roles that a migration makes; one that a shop adds is called as it was named.
ROLES: dict[str, Promise] = {
    "Cashier": _("Cashier"),
    "Shift lead": _("Shift lead"),
    "Store manager": _("Store manager"),
    "Head office": _("Head office"),
    "Marketing": _("Marketing"),
    "Auditor": _("Auditor"),
}
