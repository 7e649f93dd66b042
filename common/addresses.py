"""Addresses of callers, as they are counted."""

import ipaddress
from typing import Final

IPV6_SUBSCRIBER: Final = 64  # whoever has one address of these has them all


def subscriber_of(address: str) -> str:
    """The address that tries are counted under; of IPv6 the subscriber's network."""
    read = ipaddress.ip_address(address)
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    network = ipaddress.ip_network((read, IPV6_SUBSCRIBER), strict=False)
    return str(network.network_address)
