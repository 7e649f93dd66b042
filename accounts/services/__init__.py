"""Everything that signs members in and out."""

from .codes import CodeRequest, request_code
from .device_keys import give_device_key
from .devices import sign_out, sign_out_everywhere, touch_device
from .enrol import Newcomer, enrol_oneself, prove_new_phone
from .sign_in import SignedIn, check_code, sign_in
from .sweep import forget_codes

__all__ = [
    "CodeRequest",
    "Newcomer",
    "SignedIn",
    "check_code",
    "enrol_oneself",
    "forget_codes",
    "give_device_key",
    "prove_new_phone",
    "request_code",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "touch_device",
]
