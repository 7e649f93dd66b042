"""The numbers that a page tells, each whole."""

import re

from django.utils.html import strip_tags

# What a machine wrote (a key, a request's number) holds any few digits by chance.
WHOLE = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])")


def numbers_in(text: str | bytes) -> set[str]:
    """Of a page or a body: "588.00" tells 588.00, and neither 588 nor 88.00."""
    told = text.decode(errors="replace") if isinstance(text, bytes) else text
    return set(WHOLE.findall(strip_tags(told)))
