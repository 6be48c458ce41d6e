"""A disk without a free byte: whoever only looks is answered, room can be made, and nothing is left half done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builders import NOW, a_delivery, a_merge, a_run, a_schedule
from history_builders import a_home
from inspect_pipelines.domain.organization import Organization
from pictures import noise
from resources.gallery.folder import FolderGallery
from resources.inbox.store import create_inbox

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("inspect-pipelines")
# By whichever way this machine lets one mount: some let nobody be root of a namespace, but let one ask for root.
MOUNTING = (["unshare", "--user", "--map-root-user", "--mount"], ["sudo", "-n", "-E", "unshare", "--mount"])
READING = (
    ("runs", "list", "--json"),
    ("runs", "show", a_run().id),
    ("schedules", "list"),
    ("triggers", "list"),
    ("events", "list"),
    ("events", "show", a_merge().id),
    ("incidents", "list"),
    ("notifications", "list"),
    ("baselines", "list"),
    ("channels", "list"),
    ("history", "path"),
    ("history", "sql", "SELECT count(*) AS runs FROM automated_runs"),
    ("gallery", "prune", "--dry-run"),
    ("gallery", "prune"),
)

# Works in a mount namespace of its own: a disk of a few megabytes, the home copied to it, and then filled to the last byte.
SCRIPT = """
import json, os, subprocess, sys
from pathlib import Path
disk, home, command, commands = Path(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
subprocess.run(["cp", "-a", home, disk / "home"], check=True)
def fill():
    with open(disk / "filler", "ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
environment = {**os.environ, "INSPECT_HOME": str(disk / "home"), "TMPDIR": str(disk)}
done = []
for words in commands:
    fill()
    ended = subprocess.run([command, *words], env=environment, capture_output=True, text=True)
    done.append([ended.returncode, ended.stdout, ended.stderr])
os.unlink(disk / "filler")
ended = subprocess.run([command, "runs", "list", "--json"], env=environment, capture_output=True, text=True)
done.append([ended.returncode, ended.stdout, ended.stderr])
print(json.dumps(done))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """As a process leaves it that is killed: with rows in the ledger's WAL, which the next one has to read."""
    home = a_home(tmp_path / "home")
    with home.ledger.write() as session:
        session.organizations.save(Organization(home.ledger._org_id), at=NOW)
        session.definitions.save(a_schedule(), by="user:ada", at=NOW)
        session.events.add(a_merge())
    home.finish(1, 2)
    home.history.drain()
    home.finish(3)
    inbox = create_inbox(home.path / "inbox.db", home.ledgers)
    inbox.store([a_delivery()])
    gallery = FolderGallery(home.path / "gallery")
    picture = gallery.path(gallery.put(noise(8, 8)))
    os.utime(picture, (0, 0))
    left = tmp_path / "left"
    shutil.copytree(home.path, left)
    for shared_memory in left.glob("*-shm"):
        shared_memory.unlink()
    home.ledgers.close()
    inbox.close()
    return left


def on_a_full_disk(home: Path, tmp_path: Path, *commands: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """(exit code, stdout, stderr) of each, and of `runs list --json` once there is room again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    refused = []
    for way in MOUNTING:
        try:
            done = subprocess.run(
                [*way, sys.executable, "-c", SCRIPT, disk, home, COMMAND, json.dumps(commands)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError as error:
            refused.append(str(error))
            continue
        if not any(word in done.stderr for word in ("unshare:", "mount:", "sudo:")):
            break
        refused.append(done.stderr.strip())
    else:
        pytest.fail(
            f"no disk can be mounted here, neither in a user namespace nor by sudo: {'; '.join(refused)}"
        )
    assert done.returncode == 0, done.stderr
    return [tuple(one) for one in json.loads(done.stdout)]


def test_commands_that_only_read_answer_on_a_full_disk(home, tmp_path):
    *found, _ = on_a_full_disk(home, tmp_path, *READING)

    failed = [
        (" ".join(words), code, out, err)
        for words, (code, out, err) in zip(READING, found, strict=True)
        if code != 0
    ]
    assert failed == []
    answers = dict(zip(READING, found, strict=True))
    assert len(json.loads(answers["runs", "list", "--json"][1])) == 3
    sql = next(value for words, value in answers.items() if "sql" in words)
    assert "2" in sql[1].split()
    assert "older facts only: the run history" in sql[2]
    assert "deleted 1 picture" in answers["gallery", "prune"][1]


def test_a_run_that_cannot_start_on_a_full_disk_says_so_and_leaves_nothing(home, tmp_path):
    (code, _, told), (_, listed, _) = on_a_full_disk(home, tmp_path, ("run", a_schedule().id, "--wait"))

    assert code == 3
    assert "make room" in told
    assert "Traceback" not in told
    assert {run["status"] for run in json.loads(listed)} == {"failed"}


def test_doctor_names_the_full_disk_and_exits_with_3(home, tmp_path):
    ((code, out, err), _) = on_a_full_disk(home, tmp_path, ("doctor",))

    assert (code, err) == (3, "")
    assert "✗ missing  disk space" in out
