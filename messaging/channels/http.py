"""Speaking to a provider: what surely did not leave is told from what may have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

CONNECT: Final = 5.0
WHOLE: Final = 10.0
MOST_READ: Final = 64 * 1024


class NotConnected(Exception):
    """No connection was ever made: nothing left."""


class Unanswered(Exception):
    """A line that broke, or an answer that never came."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A status and what came with it."""

    status: int
    told: Mapping[str, Any]


def call(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
) -> HttpAnswer:
    """One request, tried once. Raises NotConnected, Unanswered."""
    timeout = httpx.Timeout(WHOLE, connect=CONNECT)
    try:
        with httpx.Client(
            timeout=timeout, trust_env=False, follow_redirects=False
        ) as client:
            answer = client.request(method, url, content=body, headers=dict(headers))
    except (httpx.ConnectError, httpx.ConnectTimeout) as failure:
        raise NotConnected from failure
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
        raise Unanswered from failure
    return HttpAnswer(answer.status_code, _told(answer))


def _told(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = json.loads(answer.content[:MOST_READ])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
