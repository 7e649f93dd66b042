"""The functions of a file as they stand in this process, whoever wraps them."""

import gc
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType


@cache
def functions_by_file() -> dict[str, list[FunctionType]]:
    """Also those that a decorator keeps in a closure, which no module names.

    Asked once, before the process is copied: to look at everything is to copy it.
    """
    found: dict[str, list[FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        # `type`, for a lazy object would be made real by asking what it is.
        if type(thing) is FunctionType:
            found[thing.__code__.co_filename].append(thing)
    return found


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code object and those of the functions that it makes."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)
