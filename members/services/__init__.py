"""Everything that changes who the members are and what they agreed to."""

from .change import (
    assign_keeper,
    birthday_of,
    change,
    change_own_phone,
    note_referrer,
    set_birthday,
)
from .closure import (
    Closure,
    close_account_step,
    closure_of,
    open_closure,
    request_closure,
    withdraw_closure,
)
from .consents import (
    choose_consents,
    give_consent,
    publish_consent_text,
    withdraw_consent,
)
from .enrol import enrol
from .erase import Signed, erase, erase_with_forfeiture, what_is_held
from .export import MemberExport, export_member, json_pieces, zip_file
from .freeze import freeze_spending, refuse_frozen_step, unfreeze_step
from .load import NewMember, load_consents, load_members
from .locks import keep_active
from .marks import save_custom_field, save_tag, tag, untag
from .merge import merge, merge_step
from .release import release_phone
from .staff_cards import link_staff, unlink_staff

__all__ = [
    "Closure",
    "MemberExport",
    "NewMember",
    "Signed",
    "assign_keeper",
    "birthday_of",
    "change",
    "change_own_phone",
    "choose_consents",
    "close_account_step",
    "closure_of",
    "enrol",
    "erase",
    "erase_with_forfeiture",
    "export_member",
    "freeze_spending",
    "give_consent",
    "json_pieces",
    "keep_active",
    "link_staff",
    "load_consents",
    "load_members",
    "merge",
    "merge_step",
    "note_referrer",
    "open_closure",
    "publish_consent_text",
    "refuse_frozen_step",
    "release_phone",
    "request_closure",
    "save_custom_field",
    "save_tag",
    "set_birthday",
    "tag",
    "unfreeze_step",
    "unlink_staff",
    "untag",
    "what_is_held",
    "withdraw_closure",
    "withdraw_consent",
    "zip_file",
]
