"""Everything that changes the shop floor: its people, shifts, approvals and its log."""

from .approvals import (
    alone_or_beside,
    approve,
    approve_beside,
    consume_approval,
    request_approval,
)
from .audit import act, record_act, require_for, require_over
from .beneficiaries import (
    Beneficiary,
    CardAct,
    Leave,
    approver_of,
    check_beneficiary,
    members_behind,
    register_holder,
    register_staff_cards,
)
from .books import (
    ADJUST,
    FREEZE,
    REVERSE,
    Mending,
    adjust_account,
    freeze_account,
    reverse_by_hand,
)
from .keys import create_api_key, revoke_api_key, use_api_key, use_api_key_and
from .limits import use_limit
from .people import (
    assign,
    create_user,
    delete_limit,
    record_sign_in,
    rehash_password,
    save_limit,
    save_role,
    save_user,
    set_password,
    unassign,
)
from .places import StoreRow, load_stores, save_store, save_till
from .proof import prove, set_pin
from .shifts import close_shift, hand_over, open_shift
from .takings import take_payment_step, taking_line
from .tenders import save_tender
from .totp import begin_totp, check_totp, confirm_totp, remove_totp

__all__ = [
    "ADJUST",
    "FREEZE",
    "REVERSE",
    "Beneficiary",
    "CardAct",
    "Leave",
    "Mending",
    "StoreRow",
    "act",
    "adjust_account",
    "alone_or_beside",
    "approve",
    "approve_beside",
    "approver_of",
    "assign",
    "begin_totp",
    "check_beneficiary",
    "check_totp",
    "close_shift",
    "confirm_totp",
    "consume_approval",
    "create_api_key",
    "create_user",
    "delete_limit",
    "freeze_account",
    "hand_over",
    "load_stores",
    "members_behind",
    "open_shift",
    "prove",
    "record_act",
    "record_sign_in",
    "register_holder",
    "register_staff_cards",
    "rehash_password",
    "remove_totp",
    "request_approval",
    "require_for",
    "require_over",
    "reverse_by_hand",
    "revoke_api_key",
    "save_limit",
    "save_role",
    "save_store",
    "save_tender",
    "save_till",
    "save_user",
    "set_password",
    "set_pin",
    "take_payment_step",
    "taking_line",
    "unassign",
    "use_api_key",
    "use_api_key_and",
    "use_limit",
]
