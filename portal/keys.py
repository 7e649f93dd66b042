"""The key of an act: in the address of its form, so that the act is done once.

A page that has none is sent on to the same page with one. A doubled tap, a reload, the
page before and a copied tab carry the same key, and find what was done under it.
"""

import re
import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.visitors import Visitor

KEY: Final = re.compile(r"[0-9a-f]{32}")


def key_of(request: HttpRequest, visitor: Visitor, act: str) -> str:
    """The key as the books know it: this member's, for this act; empty: none yet."""
    typed = request.GET.get("key", "")
    if not KEY.fullmatch(typed):
        return ""
    return f"portal:{act}:{visitor.member.pk}:{typed}"


def with_key(request: HttpRequest) -> HttpResponse:
    """The same page, with a key."""
    return redirect(f"{request.path}?key={uuid.uuid4().hex}")
