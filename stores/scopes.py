"""What a program's key may be allowed to do, scope by scope."""

from collections.abc import Sequence
from typing import Final

from .errors import ScopeUnknown

SCOPES: Final = (
    "members:read",
    "members:write",
    "stored_value:write",
    "sales:read",
    "sales:write",
    "gift_cards:read",
    "gift_cards:write",
    "coupons:read",
    "coupons:write",
)
READING: Final = tuple(scope for scope in SCOPES if scope.endswith(":read"))


def scopes_of_new_key(asked: Sequence[str], *, of_a_store: bool) -> list[str]:
    """What a new key may do: what was asked for.

    Where nothing was, a store's key does all that a till does, and one of the head
    office only looks. Raises ScopeUnknown.
    """
    for scope in asked:
        if scope not in SCOPES:
            raise ScopeUnknown(scope=scope)
    return sorted(set(asked)) or sorted(SCOPES if of_a_store else READING)
