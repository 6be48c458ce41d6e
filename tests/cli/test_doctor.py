"""`doctor` as a person uses it, on this machine and on poorer ones."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from history_builders import a_home
from inspect_pipelines.cli import doctor as checks
from inspect_pipelines.cli.dagster_check import elsewhere
from inspect_pipelines.cli.doctor import doctor
from inspect_pipelines.cli.up import variables
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import Refused
from resources import chromium


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INSPECT_PROJECT", str(tmp_path))
    return tmp_path


def test_a_machine_that_has_all_is_told_so_with_versions_and_exit_0():
    done = CliRunner().invoke(doctor, [])

    assert done.exit_code == 0, done.output
    assert "all is there" in done.output
    assert "✗" not in done.output
    for name in (
        "Python",
        "Chromium",
        "a first picture",
        "Playwright",
        "fonts",
        "disk space",
        "DuckDB",
        "SQLite",
    ):
        assert f"✓  {name}" in done.output


def test_what_is_missing_is_named_with_how_to_get_it_and_exit_3(project, monkeypatch):
    monkeypatch.setenv("INSPECT_CHROMIUM", str(project / "no-browser"))
    monkeypatch.setenv("SHOP_TOKEN", "x")
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    (project / "schedules.yaml").write_text(
        "a: ${env:SHOP_PASSWORD}\nb: ${env:SHOP_TOKEN}\n# ${env:COMMENTED_OUT}\nc: ${file:/no/such/file}\n"
    )

    text = CliRunner().invoke(doctor, [])
    told = CliRunner().invoke(doctor, ["--json"])

    assert text.exit_code == told.exit_code == 3
    assert "✗ missing  Chromium" in text.output
    assert "Chromium: get one with: apt-get install chromium, or: playwright install chromium" in text.output
    found = {check["name"]: check for check in json.loads(told.output)}
    assert found["Chromium"]["is_ok"] is False
    assert "a first picture" not in found
    assert found["secret ${env:SHOP_PASSWORD}"]["how"] == "set the environment variable 'SHOP_PASSWORD'"
    assert found["secret ${file:/no/such/file}"]["is_ok"] is False
    assert found["secret ${env:SHOP_TOKEN}"] == {
        "name": "secret ${env:SHOP_TOKEN}",
        "is_ok": True,
        "found": "has a value",
        "how": "give it a value before runs that need it",
    }
    assert "secret ${env:COMMENTED_OUT}" not in found


def test_a_browser_that_takes_no_picture_is_missing(project, monkeypatch):
    broken = project / "chromium"
    broken.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo Chromium 1.2.3 built on sand && exit\nexit 1\n'
    )
    broken.chmod(0o755)
    monkeypatch.setenv("INSPECT_CHROMIUM", str(broken))

    done = CliRunner().invoke(doctor, ["--json"])

    found = {check["name"]: check for check in json.loads(done.output)}
    assert found["Chromium"]["found"] == f"Chromium 1.2.3, {broken}"
    assert found["a first picture"]["is_ok"] is False
    assert done.exit_code == 3


def test_a_home_on_a_network_disk_is_named(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")

    assert checks.disk_kind(tmp_path / "home", mounts) == "nfs4"
    assert checks.disk_kind(Path("/"), mounts) == "ext4"
    assert checks.disk_kind(Path("/"), tmp_path / "none") == ""
    assert "nfs4" in checks.REMOTE_DISKS


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    check = checks.home(tmp_path / "file" / "home")

    assert not check.is_ok
    assert "cannot be written" in check.found


def test_a_taken_port_is_said_and_no_obstacle():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]

        check = checks.port("port", number)

    assert check == checks.Check("port", True, f"{number} is taken; the next free one will be used")


def test_packages_that_must_agree_and_do_not_are_named():
    check = checks.packages("Pair", "duckdb", "click", must_agree=True)

    assert not check.is_ok
    assert check.found.startswith("duckdb ")
    assert not checks.packages("Gone", "no-such-distribution").is_ok


def test_chromium_is_found_on_the_path_then_among_playwright_s_then_missed_with_one_sentence(
    tmp_path, monkeypatch
):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(chromium.SetupMissing) as missing:
        chromium.find()
    assert "\n" not in str(missing.value)

    for build in ("chromium-999", "chromium-1200"):
        own = tmp_path / ".cache" / "ms-playwright" / build / "chrome-linux64" / "chrome"
        own.parent.mkdir(parents=True)
        own.touch(0o755)
    assert chromium.find() == own

    on_path = tmp_path / "bin" / "google-chrome"
    on_path.touch(0o755)
    assert chromium.find() == on_path


def test_setting_up_tries_playwright_then_apt_and_ends_with_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "apt-get").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    tried: list[str] = []

    def fails(command: list[str]) -> bool:
        tried.append(" ".join(command))
        return False

    def installs(command: list[str]) -> bool:
        tried.append(" ".join(command))
        if "apt-get install" in tried[-1]:
            (tmp_path / "bin" / "chromium").touch(0o755)
        return "apt-get" in tried[-1]

    with pytest.raises(
        chromium.SetupMissing, match=r"Chromium could not be installed, .*chromium\.log says why; get one"
    ):
        chromium.ensure(say=lambda _: None, run=fails)
    assert "playwright install chromium" in tried[0]
    assert "apt-get install -y --no-install-recommends --no-upgrade chromium" in tried[1]

    tried.clear()
    assert chromium.ensure(say=lambda _: None, run=installs) == tmp_path / "bin" / "chromium"
    tried.clear()
    assert chromium.ensure(say=lambda _: None, run=fails) == tmp_path / "bin" / "chromium"
    assert tried == []


def test_what_apt_would_bring_is_said_in_one_line_and_its_noise_is_kept_in_a_log(
    tmp_path, monkeypatch, capfd
):
    """Five stack traces of Playwright's stood before Debian's package, which brought 117 others and replaced 15."""
    (tmp_path / "bin").mkdir()
    apt = tmp_path / "bin" / "apt-get"
    apt.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --simulate ]; then\n'
        '  echo "Inst chromium (156 Debian:12 [amd64])"; echo "Inst libc6 [2.1] (2.2 Debian:12 [amd64])"; exit 0\n'
        "fi\n"
        "echo Unpacking much; echo noise >&2; exit 1\n"
    )
    apt.chmod(0o755)
    for name in ("PATH", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "bin" if name == "PATH" else tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(apt))  # Playwright's download is out of reach
    said: list[str] = []

    with pytest.raises(chromium.SetupMissing):
        chromium.ensure(say=said.append)

    log = tmp_path / "chromium.log"
    first, second = said
    assert first == f"no Chromium yet; installing Playwright's build of it (log: {log})"
    assert second.startswith("no Chromium yet; installing chromium, fonts-liberation, fonts-noto-color-emoji")
    assert second.endswith(f" with apt-get: 1 packages new, 1 replaced (log: {log})")
    assert capfd.readouterr() == ("", "")
    assert "Unpacking much\nnoise\n" in log.read_text()


def test_set_up_that_fails_exits_3_with_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("INSPECT_CHROMIUM", str(tmp_path / "none"))

    assert chromium.main(["--ensure"]) == 3

    assert capsys.readouterr().err.count("\n") == 1


def test_a_home_whose_databases_were_stamped_twice_is_told_and_repaired(project):
    """Two `run --wait` in a fresh home spoilt it for good, and doctor said that all is there."""
    database = project / "home" / "dagster" / "schedules" / "schedules.db"
    database.parent.mkdir(parents=True)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('5771160a95ad'), ('29b539ebc72a')")

    before = CliRunner().invoke(doctor, [])
    repaired = CliRunner().invoke(doctor, ["--repair"])

    assert before.exit_code == 3
    assert "✗ missing  Dagster's databases" in before.output
    assert "inspect-pipelines doctor --repair" in before.output
    assert repaired.exit_code == 0, repaired.output
    assert "it keeps the stamp 29b539ebc72a" in repaired.output
    assert "all is there" in repaired.output


def test_a_database_that_cannot_be_read_is_missing_and_no_repair_is_claimed(project):
    database = project / "home" / "dagster" / "history" / "runs.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"not a database" * 99)

    done = CliRunner().invoke(doctor, ["--repair"])

    assert done.exit_code == 3
    assert "cannot be read: file is not a database" in done.output


def test_the_program_itself_exits_with_3_when_something_is_missing(project):
    """The function did, and the program that people and scripts start exited with 0."""
    command = [Path(sys.executable).with_name("inspect-pipelines"), "doctor"]
    environment = {**os.environ, "INSPECT_CHROMIUM": str(project / "no-browser")}

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (3, "")
    assert "✗ missing  Chromium" in done.stdout


def test_a_history_that_does_not_belong_to_the_ledger_is_named_with_what_to_do(project):
    home = a_home(project / "home")
    home.finish(1)
    home.history.drain()
    home.ledgers.close()
    for file in home.path.glob("ledger.db*"):
        file.unlink()
    with a_home(home.path).ledgers.read():
        pass  # as the first command makes it

    done = CliRunner().invoke(doctor, [])

    assert done.exit_code == 3
    assert "✗ missing  run history" in done.output
    assert "inspect-pipelines history rebuild" in done.output


def test_what_was_mended_in_the_history_lately_is_shown(project):
    home = a_home(project / "home")
    home.finish(1)
    home.history.drain()
    with home.ledgers.write() as session:
        session.journal.prune(before=home.clock.now(), up_to_seq=1)
    home.history.places.live.unlink()
    home.history.places.snapshot.unlink()
    home.history.drain()
    home.ledgers.close()

    (check,) = [each for each in checks.examine(Settings()) if each.name == "run history"]

    assert check.is_ok
    assert check.found.startswith(
        "mended lately: its own files are gone, so it goes on from the published copy"
    )


def test_a_ledger_that_cannot_be_read_is_named(project):
    (project / "home").mkdir()
    (project / "home" / "ledger.db").write_bytes(b"no database" * 500)

    (check,) = [each for each in checks.examine(Settings()) if each.name == "run history"]

    assert not check.is_ok
    assert "is damaged" in check.found
    assert check.how.startswith("put a backup in its place")


def test_a_dagster_of_others_that_does_not_answer_is_one_line_and_none_is_looked_for_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_DAGSTER_URL", "http://127.0.0.1:9")
    settings = Settings(home=tmp_path)

    (check,) = elsewhere(settings, "http://127.0.0.1:9")

    assert (check.name, check.is_ok) == ("Dagster of others", False)
    assert "Dagster at http://127.0.0.1:9 does not answer" in check.found
    assert check.how == "see whether it is up, and whether INSPECT_DAGSTER_URL names it"


def test_env_points_dagster_nowhere_where_others_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_DAGSTER_URL", "http://127.0.0.1:9")

    with pytest.raises(
        Refused, match=r"others run it, at 'http://127.0.0.1:9'.*INSPECT_DAGSTER_DATABASE_URL"
    ):
        variables(Settings(home=tmp_path))
