"""One channel beside its stand-in, for what is true of one service only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from stand_ins.channel_rigs import Rig, a_mail_rig, a_rig


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(autouse=True)
def trusts_our_authority(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))


@pytest.fixture
def open_rig(tmp_path: Path, authority: trustme.CA) -> Iterator[Callable[[str], Rig]]:
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(a_rig(kind, tmp_path, authority))


@pytest.fixture
def open_mail(tmp_path: Path, authority: trustme.CA) -> Iterator[Callable[[str], Rig]]:
    with ExitStack() as stack:
        yield lambda security: stack.enter_context(a_mail_rig(tmp_path, authority, security))


@pytest.fixture
def slack(open_rig: Callable[[str], Rig]) -> Rig:
    return open_rig("slack")


@pytest.fixture
def teams(open_rig: Callable[[str], Rig]) -> Rig:
    return open_rig("teams")


@pytest.fixture
def pagerduty(open_rig: Callable[[str], Rig]) -> Rig:
    return open_rig("pagerduty")


@pytest.fixture
def github(open_rig: Callable[[str], Rig]) -> Rig:
    return open_rig("github")


@pytest.fixture
def webhook(open_rig: Callable[[str], Rig]) -> Rig:
    return open_rig("webhook")


@pytest.fixture
def email(open_rig: Callable[[str], Rig]) -> Rig:
    return open_rig("email")
