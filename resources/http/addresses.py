"""Where we may connect to: public addresses, resolved once and connected to as checked.

A channel's address is written by people and may come from a service's answer. One that leads into our own networks
(a metadata service, a database, a router) is refused unless its host is allow-listed, and since the name is resolved
only here, a second answer of the name server (rebinding) is never asked for.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Sequence

from inspect_pipelines.domain.channel import is_allowed_private

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAME_SECONDS = 10.0
METADATA = frozenset(
    {ipaddress.ip_address("168.63.129.16")}
)  # Azure's, in public space; the others are link-local
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NOT_PUBLIC = tuple(  # which Python 3.11's `is_global` lets through: IETF assignments, 6to4 relays, site-local
    ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "64:ff9b:1::/48")
)
COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291's deprecated `::127.0.0.1`


class AddressRefused(OSError):
    """A host leads into our own networks."""


class NameUnknown(OSError):
    """A host has no address."""


def resolve(
    host: str, port: int, allow_private: Sequence[str] = (), *, timeout: float = NAME_SECONDS
) -> list[str]:
    """The addresses of a host, as texts to connect to.

    Raises:
        AddressRefused: One of them is not public, and the host is not allow-listed.
        NameUnknown: It has none, or no name server says so in time.
    """
    addresses = _looked_up(host, port, timeout)
    if not is_allowed_private(host, allow_private):
        for text in addresses:
            if not is_public(text):
                raise AddressRefused(
                    f"{host!r} leads to {text}, which is not a public address; "
                    "if it is meant, list the host in the channel's allow_private"
                )
    return addresses


def is_public(text: str) -> bool:
    """Whether an address is one of the Internet, and so is every IPv4 address that it carries."""
    address = ipaddress.ip_address(text)
    looked_at = _carried(address) if address in NAT64 else [address, *_carried(address)]
    return all(
        one.is_global
        and not one.is_multicast
        and not one.is_reserved
        and one not in METADATA
        and not any(one in network for network in NOT_PUBLIC)
        for one in looked_at
    )


def connected(host: str, port: int, *, timeout: float, allow_private: Sequence[str] = ()) -> socket.socket:
    """A connection to a host, at an address that was checked.

    Raises:
        OSError: As `resolve`, or nothing answers there.
    """
    problem: OSError | None = None
    for address in resolve(host, port, allow_private, timeout=timeout):
        try:
            return socket.create_connection((address, port), timeout=timeout)
        except OSError as error:
            problem = error
    assert problem is not None  # resolve gives at least one
    raise problem


def _looked_up(host: str, port: int, timeout: float) -> list[str]:
    """Ask in a thread of its own: the C library waits for a silent name server for half a minute, whatever we want."""
    told: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
            told.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            told.put(error)

    threading.Thread(target=ask, name="name-look-up", daemon=True).start()
    try:
        answer = told.get(timeout=timeout)
    except queue.Empty:
        raise NameUnknown(f"no name server answered about {host!r} within {timeout:.1f} s") from None
    if isinstance(answer, Exception):
        raise NameUnknown(f"the name {host!r} has no address") from answer
    return answer


def _carried(address: Address) -> list[Address]:
    """The IPv4 address inside an IPv6 one: mapped, compatible, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    found += list(address.teredo or ())
    if address in NAT64 or address in COMPATIBLE:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
