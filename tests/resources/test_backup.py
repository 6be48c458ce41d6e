"""A home as one file and back: all of it, at any moment, and never half of it."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_baseline, a_run, a_view
from history_builders import a_home
from inspect_pipelines.cli import doctor
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import Refused, Unavailable, Unreadable, UsageError
from inspect_pipelines.wiring import estate
from loopback_site.server import png
from resources import backup as backups
from resources.backup import back_up, restore, vacuum_ledgers
from resources.gallery.folder import FolderGallery
from resources.history.lease import Lease
from resources.seal import FileSeal


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home with runs, a history, pictures and a key, and its backup; nobody changes either."""
    path = tmp_path_factory.mktemp("homes") / "home"
    home = a_home(path)
    gallery = FolderGallery(path / "gallery")
    gallery.thumbnail(gallery.put(png(10, 1), with_rows=True))
    FileSeal(path / "keys").sign(b"once")
    home.finish(1, 2)
    home.history.drain()
    home.finish(3)  # the ledger knows more than was published
    file = path.with_name("home.tar")
    back_up(path, file, at=NOW)
    return path, file


def test_a_restored_home_holds_what_was_there_and_goes_on(
    lived_in: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, file = lived_in

    done, kept = restore(file, tmp_path / "home", is_forced=False, at=NOW)

    assert (done.made_at, kept) == (NOW, None)
    again = a_home(tmp_path / "home")
    assert FolderGallery(tmp_path / "home" / "gallery").get(
        FolderGallery(path / "gallery").put(png(10, 1))
    ) == png(10, 1)
    assert FileSeal(tmp_path / "home" / "keys").public() == FileSeal(path / "keys").public()
    again.history.drain()
    assert again.counts() == (3, 3, 0)
    assert again.history.remarks(since=NOW.replace(year=2000)) == []
    again.finish(4)
    assert again.counts() == (4, 4, 0)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    ours = [
        one
        for one in doctor.examine(Settings())
        if "home" in one.name.lower() or "history" in one.name.lower()
    ]
    assert ours
    assert all(one.is_ok for one in ours), ours
    assert estate(Settings()).clock is not None
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "home" / "keys" / "evidence.key").stat().st_mode & 0o777 == 0o600
    assert file.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "home" / "gallery" / "thumbs").exists(), "what is made anew is not kept twice"


def test_a_home_that_is_there_is_replaced_only_when_said_so_and_kept_beside(
    lived_in: tuple[Path, Path], tmp_path: Path
) -> None:
    _, file = lived_in
    there = a_home(tmp_path / "home")
    there.finish(1)

    with pytest.raises(Refused, match="is not empty; restore into another one, or say --force"):
        restore(file, there.path, is_forced=False, at=NOW)
    (there.path / "history").mkdir(exist_ok=True)
    lease = Lease(there.path / "history" / "lock")
    assert lease.take()
    with pytest.raises(Refused, match="something works in"):
        restore(file, there.path, is_forced=True, at=NOW)
    lease.release()
    there.ledgers.close()
    _, kept = restore(file, there.path, is_forced=True, at=NOW)

    assert kept == tmp_path / "home.before-20261122T070000"
    assert a_home(kept).counts()[0] == 1
    assert a_home(there.path).counts()[0] == 3


def rewritten(source: Path, target: Path, change: Any) -> Path:
    """The same tar, each member as `change` wants it: (info, bytes) or None."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            if made := change(member, content.read()):
                made[0].size = len(made[1])
                new.addfile(made[0], io.BytesIO(made[1]))
    return target


def renamed(to: str) -> Any:
    def change(info: tarfile.TarInfo, data: bytes) -> Any:
        if info.name == "ledger.db":
            info.name = to
        return info, data

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda info, data: (info, data[:-1] + b"x" if info.name == "ledger.db" else data),
            "'ledger.db' is not what was put in",
        ),
        (
            lambda info, data: (
                None if info.name == "inbox.db" or info.name.startswith("keys/") else (info, data)
            ),
            "is not what was put in",
        ),
        (lambda info, data: None if info.name == "backup.json" else (info, data), "its list is missing"),
        (renamed("../ledger.db"), "does not belong into one"),
        (renamed("/etc/passwd"), "does not belong into one"),
        (renamed("gallery/../../x"), "does not belong into one"),
        (renamed("run/sitecustomize.py"), "does not belong into one"),
    ],
)
def test_a_backup_that_was_changed_restores_nothing(lived_in, tmp_path: Path, change: Any, says: str) -> None:
    file = rewritten(lived_in[1], tmp_path / "changed.tar", change)

    with pytest.raises(Unreadable, match=says):
        restore(file, tmp_path / "home", is_forced=False, at=NOW)

    assert [path.name for path in tmp_path.iterdir()] == ["changed.tar"]


def test_a_backup_cut_off_anywhere_restores_nothing(lived_in, tmp_path: Path) -> None:
    whole = lived_in[1].read_bytes()
    for share in (0.0, 0.1, 0.5, 0.9, 0.99):
        (tmp_path / "cut.tar").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(Unreadable, match="is no whole backup"):
            restore(tmp_path / "cut.tar", tmp_path / "home", is_forced=False, at=NOW)
    with pytest.raises(UsageError, match="is not there"):
        restore(tmp_path / "gone.tar", tmp_path / "home", is_forced=False, at=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["cut.tar"]


def test_a_disk_that_fills_up_leaves_what_was_there(
    lived_in, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, file = lived_in

    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(backups, "_add", full)
    with pytest.raises(Unavailable, match="No space left on device; make room"):
        back_up(path, tmp_path / "new.tar", at=NOW)
    monkeypatch.setattr(backups, "_put", full)
    with pytest.raises(Unavailable, match="No space left on device; nothing was changed"):
        restore(file, tmp_path / "home", is_forced=False, at=NOW)

    assert [*tmp_path.iterdir()] == []


def test_pictures_that_a_backup_s_ledger_names_are_in_it_although_a_sweep_comes_meanwhile(
    tmp_path: Path, monkeypatch
) -> None:
    """Deleting a picture waits for the backup, which holds the gallery's lock as writers do."""
    home = a_home(tmp_path / "home")
    gallery = FolderGallery(home.path / "gallery")
    gallery.put(png(10, 1))
    seen = []
    real = backups._sources

    def sources(*where: Path) -> Any:
        for one in real(*where):
            lock = backups.take_lock(home.path / "gallery" / ".lock")
            seen.append(lock is None)
            yield one

    home.finish(1)
    monkeypatch.setattr(backups, "_sources", sources)
    back_up(home.path, tmp_path / "home.tar", at=NOW)

    assert seen
    assert all(seen)


def test_what_is_no_home_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no ledger to back up; one in PostgreSQL"):
        back_up(tmp_path, tmp_path / "home.tar", at=NOW)


def test_a_ledger_gives_its_room_back(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    with home.ledger.write() as ledger:
        ledger.runs.request(a_run())
        for number in range(300):
            ledger.baselines.add(
                a_baseline(
                    id=f"b{number}", notes="x" * 5000, images={a_view(): a_baseline().images[a_view()]}
                )
            )
    with home.ledgers.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM baselines")
    home.ledgers.close()

    found = {name: (before, after) for name, before, after in vacuum_ledgers(tmp_path)}

    before, after = found["ledger.db"]
    assert after < before
