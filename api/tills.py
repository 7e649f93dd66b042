"""Which till did it, as lists ask."""

from typing import Annotated, Final

from annotated_types import MaxLen, MinLen
from django.db.models import Q
from ninja import P
from pydantic import BeforeValidator

from stores.models import ApiKey, Till

from .auth import Caller
from .reading import UNKEPT


def _kept(value: object) -> object:
    """Text that a column could hold."""
    if isinstance(value, str) and UNKEPT.search(value):
        raise ValueError("no number has such a character")
    return value


Text = Annotated[str, MinLen(1), MaxLen(255), BeforeValidator(_kept)] | None
TILL: Final = P(description="Only of this till: its code, or the name of its key.")


def of_till(
    caller: Caller, named: str | None, *, of: str = "entry__", till: str = ""
) -> Q:
    """What a till did: a drawer's by its code, a program's by its key's name."""
    if named is None:
        return Q()
    tills, keys = Till.objects.filter(code=named), ApiKey.objects.filter(name=named)
    if caller.store is not None:
        tills, keys = tills.filter(store=caller.store), keys.filter(store=caller.store)
    actors = [f"key:{pk}" for pk in keys.values_list("pk", flat=True)]
    by_drawer = {f"{till or f'{of}till'}__in": tills}
    return Q(**{f"{of}actor__in": actors}) | Q(**by_drawer)
