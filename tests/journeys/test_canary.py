"""Secrets are planted, two runs are played as a user plays them, and then every stored byte and every process is searched."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import duckdb
import psutil

from journeys_commands import COMMAND, Project
from member_site import PASSWORD, SEED, MemberSite

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: members, name: Members}
spec:
  base_url: "%(url)s"
  variables:
    - {name: password, secret: true, default: "${file:%(secrets)s/password}"}
    - {name: seed, secret: true, default: "${file:%(secrets)s/seed}"}
  viewports: [{name: desktop, width: 800, height: 600}, {name: phone, width: 390, height: 700}]
  login:
    valid_when: [{goto: /account}, {expect_visible: {role: heading, name: My account}}]
    max_age: 8h
    actions:
      - goto: /login
      - fill: {label: Email, value: qa@shop.test}
      - fill: {label: Password, value: "{{password}}"}
      - fill: {label: Code, value: "{{totp:seed}}"}
      - click: {role: button, name: Sign in}
  steps:
    - {id: come, actions: [{goto: /leak}]}
    - id: leak
      timeout: 5s
      success_criteria: [{expect_text: {selector: "#leak", equals: Nothing of the kind}}]
      actions: [{screenshot: leak}]
    - {id: go-on, actions: [{goto: /account}]}
    - {id: stray, timeout: 5s, actions: [{fill: {label: Nowhere, value: "{{password}}"}}]}
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
schedules:
  - {id: one, cron: "0 2 * * *", timezone: UTC, playbook: members, retries: {finding: 1}}
  - {id: two, cron: "0 3 * * *", timezone: UTC, playbook: members, retries: {finding: 0}}
"""
LOOKS = 40  # at a process, 50 ms apart: what it is to be it has become by then


class Processes:
    """Command lines and environments of all processes of this machine, as anybody of the same user sees them."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self._looks: Counter[int] = Counter()  # by process
        self._is_over = Event()
        self._thread = Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._is_over.wait(0.05):
            for pid in psutil.pids():
                self._looks[pid] += 1
                if self._looks[pid] > LOOKS:
                    continue
                with suppress(psutil.Error, OSError):
                    process = psutil.Process(pid)
                    words = " ".join(process.cmdline())
                    self.seen.setdefault(f"{process.pid} {words}", json.dumps(process.environ()))

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()


def forms(secret: str) -> dict[str, bytes]:
    """A secret in every form that it may be stored in."""
    raw = secret.encode()
    coded = {}
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        core = text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        coded |= {f"base64+{before}": core, f"base64url+{before}": core.replace("+", "-").replace("/", "_")}
    texts = {
        "plain": secret,
        "url": quote(secret, safe=""),
        "json": json.dumps(secret)[1:-1],
        "json twice": json.dumps(json.dumps(secret)[1:-1])[1:-1],
        "hex": raw.hex(),
        **coded,
    }
    return {name: text.encode() for name, text in texts.items()} | {"utf-16": secret.encode("utf-16-le")}


def stored(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, every member of an archive, and what databases hold, as text."""
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_socket():
            continue
        name = str(path.relative_to(root))
        data = path.read_bytes()
        yield name, data
        yield from unpacked(name, data)
        if data.startswith(b"SQLite format 3"):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                yield f"{name} dumped", "\n".join(database.iterdump()).encode("utf-8", "surrogatepass")
            database.close()
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as database:
                for schema, table in database.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables()"
                ).fetchall():
                    rows = database.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()
                    yield f"{name} {table}", repr(rows).encode("utf-8", "surrogatepass")


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError):
            inner = gzip.decompress(data)
            yield f"{name} unpacked", inner
            yield from unpacked(name, inner)
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                inner = archive.read(member)
                yield f"{name}!{member}", inner
                yield from unpacked(f"{name}!{member}", inner)


def test_no_secret_is_in_any_stored_byte_nor_in_any_process(tmp_path: Path) -> None:
    site = MemberSite()
    site.wants_code = True
    secrets, root = tmp_path / "secrets", tmp_path / "project"
    secrets.mkdir()
    (secrets / "password").write_text(PASSWORD + "\n")
    (secrets / "seed").write_text(SEED + "\n")
    (root / "playbooks").mkdir(parents=True)
    (root / "playbooks/members.yaml").write_text(PLAYBOOK % {"url": site.url, "secrets": secrets})
    (root / "schedules.yaml").write_text(SCHEDULES)
    project = Project(root)
    project.call("apply", "--yes")
    processes = Processes()
    try:
        runs = [
            subprocess.Popen(
                [COMMAND, "run", name, "--wait"],
                cwd=root,
                env=project.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for name in ("one", "two")
        ]
        said = b"".join(run.communicate(timeout=1100)[0] for run in runs)
    finally:
        processes.close()
        site.close()

    assert [run.returncode for run in runs] == [1, 1], said.decode()
    assert (site.logins, site.refused) == (1, 0)  # of two runs at once, with two viewports and a retry
    listed = project.call("logins", "list").stdout
    assert "members" in listed
    said += listed.encode() + project.call("runs", "list", "--json").stdout.encode()
    planted = {"password": PASSWORD, "seed": SEED, "cookie": site.ever[0]}
    (root / "said.txt").write_bytes(said)
    places = [*stored(root)]
    names = " ".join(name for name, _ in places)
    for expected in ("ledger.db dumped", "logins/", "history.duckdb", "gallery/", "reports/", "dagster/"):
        assert expected in names, f"nothing was looked for in {expected}"
    text = b"".join(data for _, data in places)
    assert b"leaked ***" in text  # what the page said was heard, and scrubbed
    assert b"died of ***" in text
    found = {
        (what, form, name)
        for what, secret in planted.items()
        for form, data in forms(secret).items()
        for name, held in places
        if data in held
    }
    found |= {
        (what, form, f"process {name[:60]}")
        for what, secret in planted.items()
        for form, data in forms(secret).items()
        for name, environment in processes.seen.items()
        if data in f"{name}\n{environment}".encode()
    }
    assert found == set()
