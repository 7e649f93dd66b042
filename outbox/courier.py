"""Carrying messages out: resolve once, judge, connect to what was judged.

No database here, and no transaction is open meanwhile.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import httpx

from .addresses import Target, judged
from .errors import AddressRefused
from .messages import Outcome, Parcel, headers_of
from .models import Delivery

Problem = Delivery.Problem

AT_ONCE: Final = 8
# For the whole of one try, whatever drips in meanwhile.
DEADLINE: Final = 10.0
CONNECT: Final = 5.0
# As much of an answer is read as keeps the connection usable; none of it is kept.
MOST_READ: Final = 16 * 1024
DRAINING: Final = 1.0
ADDRESSES_TRIED: Final = 2


def carry(parcels: Sequence[Parcel]) -> list[Outcome]:
    """Send messages of one endpoint, a few at a time; what came of each."""
    return asyncio.run(_carry(parcels))


async def _carry(parcels: Sequence[Parcel]) -> list[Outcome]:
    turn = asyncio.Semaphore(AT_ONCE)
    # One client for one endpoint: a connection is reused by address, and under one
    # address another host may live, whose certificate was not looked at.
    async with httpx.AsyncClient(
        transport=transport(), timeout=CONNECT, follow_redirects=False, trust_env=False
    ) as client:

        async def one(parcel: Parcel) -> Outcome:
            async with turn:
                return await _try(client, parcel)

        return list(await asyncio.gather(*map(one, parcels)))


def transport() -> httpx.AsyncBaseTransport:
    """No proxy of the environment, no second try behind our back."""
    limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=5)
    return httpx.AsyncHTTPTransport(
        verify=trusted(), trust_env=False, retries=0, limits=limits
    )


@cache
def trusted() -> ssl.SSLContext:
    """The authorities whose certificates count; read from the disk once."""
    return httpx.create_ssl_context(trust_env=False)


async def _try(client: httpx.AsyncClient, parcel: Parcel) -> Outcome:
    if parcel.target is None:
        return Outcome(parcel, problem=parcel.problem)
    try:
        async with asyncio.timeout(DEADLINE):
            addresses = judged(await look_up(parcel.target), target=parcel.target)
            return await _send(client, parcel, parcel.target, addresses)
    except AddressRefused:
        return Outcome(parcel, problem=Problem.ADDRESS)
    except (TimeoutError, httpx.TimeoutException):
        return Outcome(parcel, problem=Problem.TIMEOUT)
    except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as failure:
        return Outcome(parcel, problem=_named(failure))


def _named(failure: Exception) -> Problem:
    seen: BaseException | None = failure
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return Problem.CERTIFICATE
        seen = seen.__cause__ or seen.__context__
    return Problem.CONNECTION


async def look_up(target: Target) -> list[str]:
    """The addresses that a name leads to now, each once."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(
        target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def _send(
    client: httpx.AsyncClient, parcel: Parcel, target: Target, addresses: list[str]
) -> Outcome:
    """To the first address that takes the connection; never by the name again."""
    *others, last = addresses[:ADDRESSES_TRIED]
    for address in others:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await _post(client, parcel, target, address)
    return await _post(client, parcel, target, last)


async def _post(
    client: httpx.AsyncClient, parcel: Parcel, target: Target, address: str
) -> Outcome:
    request = client.build_request(
        "POST",
        target.url_at(address),
        content=parcel.body.encode(),
        headers=headers_of(parcel, host=target.host_header, at=datetime.now(UTC)),
        # The certificate is asked for, and checked against, the name.
        extensions={"sni_hostname": target.host},
    )
    response = await client.send(request, stream=True)
    try:
        await _drain(response)
    finally:
        await response.aclose()
    return Outcome(
        parcel,
        status=response.status_code,
        problem=_problem(response),
        retry_after=_retry_after(response),
    )


async def _drain(response: httpx.Response) -> None:
    """A short answer is read to its end; its status has said all that counts."""
    read = 0
    with suppress(TimeoutError, httpx.HTTPError, httpx.StreamError):
        async with asyncio.timeout(DRAINING):
            async for part in response.aiter_raw():
                read += len(part)
                if read > MOST_READ:
                    return


def _problem(response: httpx.Response) -> str:
    if response.is_success:
        return ""
    return Problem.REDIRECT if response.is_redirect else Problem.STATUS


def _retry_after(response: httpx.Response) -> timedelta | None:
    text = response.headers.get("Retry-After", "")
    if response.status_code in {429, 503} and text.isdecimal() and len(text) < 7:
        return timedelta(seconds=int(text))
    return None
