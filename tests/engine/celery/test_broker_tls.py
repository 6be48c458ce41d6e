"""A broker that speaks TLS with a certificate of an authority of one's own: trusted where its file is named, else told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.celery.broker import QUEUE, TASK, Broker, make_app
from inspect_pipelines.errors import Unavailable
from object_storage import own_address
from redis_server import RedisServer, a_redis_server

RUN = "0bd7e019-bd98-46a1-9401-7f1d98403c31"


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    return made


@pytest.fixture
def server(tmp_path: Path, authority: trustme.CA) -> Iterator[RedisServer]:
    with a_redis_server(tmp_path, authority.issue_cert(own_address())) as found:
        yield found


def test_orders_go_over_tls_where_the_authority_is_known(
    server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    broker = Broker(server.url)
    app = make_app(Settings(home=tmp_path, broker_url=server.url))

    app.send_task(TASK, args=[RUN, "nightly", "module"], queue=QUEUE)

    assert broker.has(RUN, [QUEUE])
    assert broker.about()["tcp_port"] == server.port
    with app.connection_for_read() as connection, connection.SimpleQueue(QUEUE) as queue:
        assert queue.get(timeout=60).payload[0][0] == RUN
    app.close()


def test_a_certificate_of_an_unknown_authority_is_told_with_what_to_do(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    with pytest.raises(Unavailable) as told:
        Broker(server.url).about()

    shown = f"rediss://{server.address}:{server.port}/0"
    assert str(told.value).startswith(
        f"the broker at {shown!r} shows a certificate that is not trusted here: "
    )
    assert "name the file of its authority in SSL_CERT_FILE, for `up` and for each worker" in str(told.value)
    assert "[SSL" not in str(told.value), "OpenSSL's own words need no line in its source"


def test_a_certificate_of_another_host_is_not_taken(
    tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with (
        a_redis_server(tmp_path, authority.issue_cert("elsewhere.example")) as server,
        pytest.raises(Unavailable, match=r"not trusted here: IP address mismatch, certificate is not valid"),
    ):
        Broker(server.url).about()
