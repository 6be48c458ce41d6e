"""A hostile page: it may reach nothing that its playbook does not name, by whatever way; counted where it would arrive."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
import warnings
from collections.abc import Iterator

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.target import Target
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.gate import Gate


class Listener:
    """Counts connections, whatever is said on them."""

    def __init__(self) -> None:
        self.count = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.count += 1
            connection.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\nsecret"
            )
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def forbidden() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


WAYS = {
    "image": "<img src='{url}'>",
    "script": "<script src='{url}'></script>",
    "style sheet": "<link rel=stylesheet href='{url}'>",
    "style image": "<div style='background:url({url});width:9px;height:9px'></div>",
    "font": "<style>@font-face{{font-family:x;src:url({url})}}</style><p style='font-family:x'>x</p>",
    "iframe": "<iframe src='{url}'></iframe>",
    "object": "<object data='{url}'></object>",
    "embed": "<embed src='{url}'>",
    "video": "<video src='{url}' autoplay></video>",
    "fetch": "<script>fetch('{url}',{{mode:'no-cors'}}).catch(()=>0)</script>",
    "XMLHttpRequest": "<script>let x=new XMLHttpRequest();x.open('GET','{url}');x.send()</script>",
    "beacon": "<script>navigator.sendBeacon('{url}','x')</script>",
    "WebSocket": "<script>new WebSocket('ws://{place}/')</script>",
    "EventSource": "<script>new EventSource('{url}')</script>",
    "prefetch": "<link rel=prefetch href='{url}'>",
    "preconnect": "<link rel=preconnect href='{url}'>",
    "preload": "<link rel=preload as=image href='{url}'>",
    "module": "<script type=module src='{url}'></script>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([`fetch('{url}',{{mode:'no-cors'}})`])))</script>",
    "speculation": '<script type=speculationrules>{{"prerender":[{{"source":"list","urls":["{url}"]}}]}}</script>',
    "WebRTC": "<script>const p=new RTCPeerConnection({{iceServers:[{{urls:'turn:{place}?transport=tcp',username:'a',credential:'b'}}]}});"
    "p.createDataChannel('x');p.createOffer().then(o=>p.setLocalDescription(o))</script>",
    "popup": "<script>open('{url}')</script>",
    "script navigation": "<script>setTimeout(()=>location='{url}',50)</script>",
    "meta refresh": "<meta http-equiv=refresh content='0;url={url}'>",
    "form post": "<form method=post action='{url}'></form><script>document.forms[0].submit()</script>",
    "a name that leads home": "<img src='http://localtest.localhost:{port}/'>",
    "an address written oddly": "<img src='http://2130706433:{port}/'><img src='http://[::ffff:127.0.0.1]:{port}/'>",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_reaches_nothing_that_the_playbook_does_not_name(play, site, forbidden: Listener, way: str):
    place = f"127.0.0.1:{forbidden.port}"
    html = WAYS[way].format(url=f"http://{place}/graphql?query=mutation", place=place, port=forbidden.port)
    site.serve("/hostile", f"<!doctype html><title>Hostile</title><h1>Hello</h1>{html}")

    result = play(Goto("/hostile"), TakeScreenshot("page"))

    assert forbidden.count == 0
    if way not in (
        "preconnect",
        "prefetch",
        "speculation",
        "WebRTC",
    ):  # the page itself would not be told either
        assert any(str(forbidden.port) in finding.message for finding in result.findings), result.findings


def test_a_redirect_to_a_port_that_is_not_named_is_not_followed(play, site, forbidden: Listener):
    site.redirect("/leads-away", f"http://127.0.0.1:{forbidden.port}/admin")

    result = play(Goto("/leads-away"), TakeScreenshot("page"))

    assert forbidden.count == 0
    assert result.screenshots == ()
    assert f"127.0.0.1:{forbidden.port}" in result.findings[0].message


def test_a_link_to_a_host_that_is_not_allowed_leaves_the_page_where_it_is(play, site, forbidden: Listener):
    site.serve(
        "/link", f"<!doctype html><title>L</title><a id=go href='http://127.0.0.1:{forbidden.port}/'>Go</a>"
    )

    result = play(
        Goto("/link"), Click(Target(selector="#go")), TakeScreenshot("x"), allowed_hosts=("a.test",)
    )

    assert forbidden.count == 0
    assert result.findings[0].message.startswith(
        f"the page was led to '127.0.0.1:{forbidden.port}', which is not allowed; allowed hosts: "
    )
    assert result.findings[0].route == "/link"


def test_a_host_that_is_named_may_be_private_and_is_reached(play, site, forbidden: Listener):
    site.serve(
        "/own",
        f"<!doctype html><title>L</title><h1>x</h1><img src='http://127.0.0.1:{forbidden.port}/a.png'>",
    )

    play(Goto("/own"), TakeScreenshot("x"), allowed_hosts=(f"127.0.0.1:{forbidden.port}",))

    assert forbidden.count > 0


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://shop.test:8080/a", True),
        ("https://shop.test/", False),
        ("http://shop.test:9/", False),
        ("https://cdn.test:7/", True),
        ("http://api.test/", False),
        ("http://api.test:81/", True),
        ("https://evil.test/?shop.test", False),
        ("https://shop.test@evil.test/", False),
        ("file:///etc/passwd", False),
        ("chrome://gpu", False),
        ("about:blank", True),
    ],
)
def test_pages_are_opened_at_named_hosts_on_their_ports(url: str, is_open: bool):
    borders = Borders(("cdn.test", "api.test:81"), "http://shop.test:8080/pr4/")

    assert borders.allow(url) is is_open


def test_a_home_without_a_port_is_the_two_that_need_no_writing():
    borders = Borders(("other.test",), "http://shop.test")

    assert [
        borders.allow(f"{start}/")
        for start in ("http://shop.test", "https://shop.test", "http://shop.test:8")
    ] == [
        True,
        True,
        False,
    ]


def told_by_socks(address: str, host: bytes, port: int) -> socket.socket:
    """A connection that has asked a gate for a host and read the answer."""
    connection = socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=120)
    connection.sendall(b"\x05\x01\x00\x05\x01\x00\x03" + bytes([len(host)]) + host + port.to_bytes(2, "big"))
    assert connection.recv(2) == b"\x05\x00"
    assert connection.recv(10)[1] == 0
    return connection


def test_a_closed_gate_leaves_no_connection_behind_whatever_it_waited_for() -> None:
    """Bytes that a browser no longer took kept both ends open beyond the loop; Python said so at some later moment."""
    gate = Gate(lambda host, port: True)
    address = gate.start()
    with socket.create_server(("127.0.0.1", 0)) as far:
        silent = socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=120)
        stalled = told_by_socks(address, b"127.0.0.1", far.getsockname()[1])
        near, _ = far.accept()
        near.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(1000):
                near.send(bytes(1 << 20))

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            gate.close()
            del gate
            gc.collect()

    for connection in (silent, stalled, near):
        connection.close()
    assert [str(each.message) for each in told] == []


def test_a_gate_closed_while_somebody_comes_in_leaves_nothing_behind() -> None:
    """A browser knocks until it is gone: a connection accepted in the gate's last moment was nobody's, and stayed open."""

    def knock(port: int, came: list[socket.socket]) -> None:
        with contextlib.suppress(OSError):
            while True:
                came.append(socket.create_connection(("127.0.0.1", port), timeout=0.2))

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(20):
            came: list[socket.socket] = []
            gate = Gate(lambda host, port: True)
            port = int(gate.start().rpartition(":")[2])
            knocking = [threading.Thread(target=knock, args=(port, came)) for _ in range(3)]
            for each in knocking:
                each.start()
            gate.close()
            for each in knocking:
                each.join()
            for visitor in came:
                visitor.close()
            del gate
            gc.collect()

    assert [str(each.message) for each in told] == []
