"""Everything that signs members in and out."""

from .codes import CodeRequest, request_code
from .contacts import (
    change_phone,
    close_account,
    device_secret,
    join_other_number,
    prove,
    use_proof_step,
    verify_email,
)
from .device_keys import give_device_key
from .devices import sign_out, sign_out_everywhere, touch_device
from .enrol import Newcomer, enrol_oneself, prove_new_phone
from .sign_in import SignedIn, check_code, sign_in
from .sweep import forget_codes

__all__ = [
    "CodeRequest",
    "Newcomer",
    "SignedIn",
    "change_phone",
    "check_code",
    "close_account",
    "device_secret",
    "enrol_oneself",
    "forget_codes",
    "give_device_key",
    "join_other_number",
    "prove",
    "prove_new_phone",
    "request_code",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "touch_device",
    "use_proof_step",
    "verify_email",
]
