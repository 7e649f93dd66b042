"""Pages of the portal as a browser asks for them."""

import re
from typing import cast

from django.http import HttpResponse
from django.test import Client


def text(client: Client, path: str) -> str:
    """A page that opens."""
    answer = client.get(f"/portal/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode()


def keyed(client: Client, path: str) -> str:
    """The address with a key to which a page without one leads."""
    answer = client.get(f"/portal/{path}")
    assert answer.status_code == 302, path
    assert re.fullmatch(
        rf"/portal/{re.escape(path)}\?key=[0-9a-f]{{32}}", answer["Location"]
    )
    return answer["Location"]


def plain(page: bytes) -> str:
    """A page without what differs at each request."""
    told = re.sub(
        r'nonce="[^"]*"|value="[^"]*"|"X-CSRFToken": "\w+"', "", page.decode()
    )
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", told)


def press(client: Client, path: str, **typed: str) -> HttpResponse:
    """The one button of a page: sent is what a browser sends, and nothing else."""
    page = text(client, path)
    (form,) = re.findall(r"<form[^>]*method=\"post\"[^>]*>(.*?)</form>", page, re.S)
    told = {}
    for tag in re.findall(r"<(?:input|button)[^>]*>", form):
        name, value = (re.search(rf'\b{word}="([^"]*)"', tag) for word in NAMED)
        if name is not None:
            told[name[1]] = value[1] if value is not None else ""
    assert typed.keys() <= told.keys()
    return cast(HttpResponse, client.post(f"/portal/{path}", {**told, **typed}))


NAMED = ("name", "value")
