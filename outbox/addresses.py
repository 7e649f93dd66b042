"""Where a message may go: never to this machine, nor into the house's own network.

An address is judged twice: as it is written, when it is saved, and by what its name
leads to, each time before a connection is made (`courier.py`). The connection then goes
to the very address that was judged, whatever the name leads to a moment later.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .errors import AddressRefused

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST: Final = 500
PLAIN: Final = re.compile(r"[!-~]+")
LABEL: Final = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
NAME: Final = re.compile(rf"(?:{LABEL}\.)+{LABEL}")
# What some resolver somewhere reads as a number is no name: 2130706433, 0x7f.1, 017.1.
NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
THIS_MACHINE: Final = {"localhost", "127.0.0.1", "::1"}
# Addresses that carry another one inside, for a translator on the way to unpack.
CARRIERS: Final = [
    ipaddress.ip_network(network)
    for network in (
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
        "192.88.99.0/24",
    )
]


@dataclass(frozen=True, slots=True)
class Target:
    """A judged address in its parts; `is_local` only in development."""

    scheme: str
    host: str
    port: int
    path: str
    is_local: bool = False

    @property
    def host_header(self) -> str:
        """What the receiver is asked for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    def url_at(self, address: str) -> str:
        """The same place, by the address instead of the name."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def read_url(text: str) -> Target:
    """An address in its parts. Raises AddressRefused with what is wrong about it."""
    if not PLAIN.fullmatch(text) or "\\" in text or len(text) > LONGEST:
        raise AddressRefused(
            _("Write the address in plain characters, 500 at most, without blanks.")
        )
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise AddressRefused(_("This is not an address.")) from None
    if "@" in parts.netloc or parts.fragment:
        raise AddressRefused(
            _("The address must not carry a name, a password or a fragment.")
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if settings.WEBHOOKS_TO_THIS_MACHINE and host in THIS_MACHINE:
        return _local(parts.scheme, host, port, path)
    if parts.scheme != "https":
        raise AddressRefused(_("The address must begin with https://."))
    port = 443 if port is None else port
    if port not in settings.WEBHOOK_PORTS:
        raise AddressRefused(_("Nothing is sent to this port."))
    if not NAME.fullmatch(host) or NUMBER.fullmatch(host.rsplit(".", 1)[-1]):
        raise AddressRefused(
            _("Give a host by its full name, such as hooks.example.com.")
        )
    return Target("https", host, port, path)


def _local(scheme: str, host: str, port: int | None, path: str) -> Target:
    if scheme not in {"http", "https"}:
        raise AddressRefused(_("The address must begin with https://."))
    usual = 443 if scheme == "https" else 80
    return Target(scheme, host, port or usual, path, is_local=True)


def judged(found: list[str], *, target: Target) -> list[str]:
    """The addresses that a name leads to, if every one of them may be spoken to.

    One that may not condemns them all. Raises AddressRefused.
    """
    addresses = [ipaddress.ip_address(text) for text in found]
    may = _is_this_machine if target.is_local else is_public
    if not addresses or not all(may(address) for address in addresses):
        raise AddressRefused(_("This address leads where nothing may be sent."))
    return [str(address) for address in addresses]


def is_public(address: Address) -> bool:
    """Out in the open internet, and nothing else."""
    return (
        address.is_global
        and not address.is_private
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_link_local
        and not any(
            address in carrier
            for carrier in CARRIERS
            if carrier.version == address.version
        )
    )


def _is_this_machine(address: Address) -> bool:
    return address.is_loopback
