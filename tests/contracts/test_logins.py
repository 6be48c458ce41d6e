"""What holds for whoever keeps logins from run to run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.kept_login import KeptLogin, LoginKey, Refusal
from inspect_pipelines.ports.logins import Logins
from patience import until
from resources.logins.folder import FolderLogins

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY = LoginKey(OrgId("acme"), "https://shop.test", "actions and hunter2-canary")
KEPT = KeptLogin("https://shop.test", "buyer", NOON, "run-1", '{"cookies": "cookie-canary"}', 3600.0)
HOLDER = """
import sys, time
from pathlib import Path
from inspect_pipelines.domain.kept_login import LoginKey
from resources.logins.folder import FolderLogins
with FolderLogins(Path(sys.argv[1])).renewing(LoginKey("acme", "https://shop.test", "actions and hunter2-canary")):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(params=["own key", "given key"])
def logins(request: pytest.FixtureRequest, tmp_path: Path) -> FolderLogins:
    return FolderLogins(tmp_path / "logins", "k" * 40 if request.param == "given key" else None)


def test_what_is_saved_is_found_and_what_is_saved_again_replaces_it(logins: Logins) -> None:
    assert logins.find(KEY) is None
    refused = replace(KEPT, content="", refusal=Refusal(NOON, "the password is wrong", 2))

    logins.save(KEY, KEPT)
    assert logins.find(KEY) == KEPT

    logins.save(KEY, refused)
    assert logins.find(KEY) == refused


@pytest.mark.parametrize("changed", ["org_id", "origin", "fingerprint"])
def test_a_login_is_nobody_s_else(logins: Logins, changed: str) -> None:
    logins.save(KEY, KEPT)

    assert logins.find(replace(KEY, **{changed: "other"})) is None


def test_a_list_is_of_one_organisation_by_name_and_shows_no_content(logins: Logins) -> None:
    logins.save(KEY, KEPT)
    logins.save(replace(KEY, fingerprint="admin"), replace(KEPT, name="admin", max_age_seconds=None))
    logins.save(replace(KEY, org_id=OrgId("other")), KEPT)

    admin, buyer = logins.all(OrgId("acme"))

    assert (admin.name, admin.expires_at) == ("admin", None)
    assert (buyer.name, buyer.expires_at) == ("buyer", datetime(2026, 11, 29, 13, tzinfo=UTC))
    assert "canary" not in f"{admin}{buyer}"


def test_a_forgotten_login_is_gone_and_only_its_organisation_forgets_it(logins: Logins) -> None:
    logins.save(KEY, KEPT)
    (one,) = logins.all(OrgId("acme"))

    assert not logins.forget(OrgId("other"), one.id)
    assert logins.find(KEY) == KEPT
    assert logins.forget(OrgId("acme"), one.id)
    assert logins.find(KEY) is None
    assert not logins.forget(OrgId("acme"), one.id)


def test_a_code_is_taken_once(logins: Logins) -> None:
    assert logins.take_code("SEED", 100)
    assert not logins.take_code("SEED", 100)
    assert not logins.take_code("SEED", 99)
    assert logins.take_code("OTHER", 100)
    assert logins.take_code("SEED", 101)


def test_one_renews_and_the_others_wait_for_what_it_saved(logins: Logins) -> None:
    waiting, found = Event(), []

    def come_second() -> None:
        with logins.renewing(KEY, waiting.set):
            found.append(logins.find(KEY))

    with logins.renewing(KEY):
        second = Thread(target=come_second)
        second.start()
        assert waiting.wait(60)
        assert not found
        logins.save(KEY, KEPT)
    second.join(60)

    assert found == [KEPT]


def test_whoever_stops_waiting_leaves_the_lock_alone(logins: Logins) -> None:
    def give_up() -> None:
        raise TimeoutError

    with logins.renewing(KEY), pytest.raises(TimeoutError), logins.renewing(KEY, give_up):
        pass
    with logins.renewing(KEY, give_up):
        pass


def test_a_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    """kill -9 in the midst of a renewal must not keep everybody else waiting for ever."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, env=os.environ
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        waited, taken = Event(), Event()

        def take() -> None:
            with FolderLogins(tmp_path).renewing(KEY, waited.set):
                taken.set()

        thread = Thread(target=take)
        thread.start()
        assert waited.wait(60)
        holder.send_signal(signal.SIGKILL)
        until(taken.is_set)
        thread.join(60)
    finally:
        holder.kill()
        holder.communicate()


def test_files_hold_nothing_that_can_be_read(logins: Logins, tmp_path: Path) -> None:
    logins.save(KEY, KEPT)
    logins.take_code("SEED-canary", 7)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 3
    for path in files:
        assert path.stat().st_mode & 0o077 == 0, path
        for secret in ("canary", "buyer", "shop.test", "acme"):
            assert secret not in path.name
            assert secret.encode() not in path.read_bytes()


def test_a_file_of_another_key_or_a_damaged_or_a_moved_one_is_no_login(tmp_path: Path) -> None:
    logins = FolderLogins(tmp_path, "k" * 40)
    logins.save(KEY, KEPT)
    assert FolderLogins(tmp_path, "j" * 40).find(KEY) is None
    (path,) = tmp_path.glob("*.login")
    whole = path.read_bytes()

    path.write_bytes(whole[:-1])
    assert logins.find(KEY) is None

    other = replace(KEY, fingerprint="other")
    path.write_bytes(whole)
    logins.save(other, KEPT)
    for each in tmp_path.glob("*.login"):
        each.write_bytes(whole)
    assert logins.find(other) is None
    assert logins.find(KEY) == KEPT
