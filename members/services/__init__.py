"""Everything that changes who the members are and what they agreed to."""

from .change import (
    assign_keeper,
    birthday_of,
    change,
    change_own_phone,
    note_referrer,
    set_birthday,
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
    "MemberExport",
    "NewMember",
    "Signed",
    "assign_keeper",
    "birthday_of",
    "change",
    "change_own_phone",
    "choose_consents",
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
    "publish_consent_text",
    "refuse_frozen_step",
    "release_phone",
    "save_custom_field",
    "save_tag",
    "set_birthday",
    "tag",
    "unfreeze_step",
    "unlink_staff",
    "untag",
    "what_is_held",
    "withdraw_consent",
    "zip_file",
]
