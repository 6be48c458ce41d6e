"""Where we connect to: nothing of our own networks, whatever its spelling."""

from __future__ import annotations

import socket
import threading

import pytest

from resources.http import addresses
from resources.http.addresses import AddressRefused, NameUnknown, connected, is_public, resolve

OURS = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", OURS)
def test_addresses_that_are_not_of_the_internet_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.112.3", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "LOCALHOST"]
)
def test_every_spelling_of_this_machine_is_refused(host):
    with pytest.raises(AddressRefused, match="not a public address; if it is meant, list the host in"):
        resolve(host, 80)


def test_a_host_that_is_listed_may_be_private():
    assert resolve("127.0.0.1", 80, ["127.0.0.*"]) == ["127.0.0.1"]
    assert "127.0.0.1" in resolve("LocalHost", 80, ["localhost"])


def test_a_listed_host_lets_no_other_one_in():
    with pytest.raises(AddressRefused):
        resolve("127.0.0.1", 80, ["localhost"])


def test_a_name_without_an_address_is_unknown():
    with pytest.raises(NameUnknown, match=r"the name 'nobody\.invalid' has no address"):
        resolve("nobody.invalid", 443)


def test_a_silent_name_server_is_left_after_the_time_limit(monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(60) and [])

    with pytest.raises(NameUnknown, match=r"no name server answered about 'slow\.test' within 0\.1 s"):
        resolve("slow.test", 443, timeout=0.1)
    answered.set()


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.7")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(AddressRefused, match=r"'rebind\.test' leads to 10\.0\.0\.7"):
        resolve("rebind.test", 443)


def test_a_name_is_asked_for_once_and_the_connection_goes_where_the_answer_led(monkeypatch):
    """Rebinding: the second answer of a hostile name server is the metadata service."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asked = []
        true = socket.getaddrinfo

        def hostile(host, *arguments, **more):
            if host == "rebind.test":
                asked.append(host)
                host = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
            return true(host, *arguments, **more)

        monkeypatch.setattr(socket, "getaddrinfo", hostile)

        with connected("rebind.test", port, timeout=5, allow_private=["rebind.test"]) as connection:
            where = connection.getpeername()

    assert (where, asked) == (("127.0.0.1", port), ["rebind.test"])


def test_when_nothing_listens_the_systems_own_error_says_so():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        connected("127.0.0.1", port, timeout=5, allow_private=["127.0.0.1"])
