"""Where may a webhook go? To public addresses only, so that no setting reaches into the network.

An IPv6 address can carry an IPv4 one: mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96) and 6to4
(2002::/16). Those are unwrapped before they are judged. The connection is made to the address that
was checked, never by name again: a second look-up could answer differently.
"""

from __future__ import annotations

import ipaddress
import socket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddressError(ValueError):
    """A host whose address is not public; the message names neither path nor secret."""


def checked(host: str, port: int, *, allow_loopback: bool = False) -> str:
    """An address of the host that may be connected to.

    ForbiddenAddressError when any address of the host is not public: one that answers both ways
    is not to be trusted. With `allow_loopback` this machine is allowed too. OSError when the name
    has no address.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        inner = unwrapped(ipaddress.ip_address(address.partition("%")[0]))
        if not (inner.is_global and not inner.is_multicast) and not (
            allow_loopback and inner.is_loopback
        ):
            raise ForbiddenAddressError(f"{host} is at {inner}, which is not a public address")
    return addresses[0]


def unwrapped(address: _Address) -> _Address:
    """The IPv4 address inside an IPv6 one, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
