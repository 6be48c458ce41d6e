"""`doctor`: what is missing on this machine, and how to get it."""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from inspect_pipelines.cli.check import Check, missed
from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.output import print_json, say
from inspect_pipelines.cli.servers import agents, broker, every_agent
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.engine.instance import CELERY, kind_of
from inspect_pipelines.engine.storages import mend, spoilt
from inspect_pipelines.errors import InspectError

LEAST_PYTHON = (3, 11)
LEAST_SQLITE = (3, 35)  # RETURNING
LEAST_DISK_BYTES = 1_000_000_000
REMARKED_FOR = timedelta(days=7)  # what was mended by itself
REMOTE_DISKS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs")
)
SECRET = re.compile(r"\$\{(?:env:[A-Za-z_][A-Za-z0-9_]*|file:/[^}]+)\}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--repair", is_flag=True, help="Mend Dagster's databases first, where two commands made them at once."
)
@click.option("--open-inspect", is_flag=True, help="Ask the control plane of agents, and only that.")
@click.option("--cluster", is_flag=True, help="Look at all parts on all machines of the ledger instead.")
def doctor(as_json: bool, repair: bool, open_inspect: bool, cluster: bool) -> None:
    """Say what is missing on this machine and how to get it.

    --cluster: what up, daemon, web and worker processes of all machines say of themselves, whether they agree, and how
    their servers do. Either way, exit code 3 when something is not in order.
    """
    if cluster:
        from inspect_pipelines.cli.cluster import look

        if not look(Settings(), as_json=as_json):
            raise click.exceptions.Exit(3)
        return
    if repair:
        repair_databases(Settings().dagster_home())
    checks = list(agents(chosen_house(Settings())) if open_inspect else examine(Settings()))
    if as_json:
        print_json(checks)
    else:
        say(shown(checks, wrong="✗ missing", right="all is there"))
    if not all(check.is_ok for check in checks):
        raise click.exceptions.Exit(3)


def shown(checks: Sequence[Check], *, wrong: str, right: str) -> str:
    """A table, and below it what to do about each that is `wrong`; `right`, when there is none."""
    rows = [["✓" if check.is_ok else wrong, check.name, check.found] for check in checks]
    advice = [f"\n{check.name}: {check.how}" for check in checks if not check.is_ok]
    return "\n".join([aligned(["", "CHECK", "FOUND"], rows), *(advice or [f"\n{right}"])])


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, cheap ones first."""
    yield python()
    yield packages("Dagster", "dagster", "dagster-webserver", must_agree=True)
    yield packages("DuckDB", "duckdb")
    yield sqlite()
    yield home(settings.absolute_home())
    if settings.dagster_url:
        from inspect_pipelines.cli.dagster_check import elsewhere

        yield from elsewhere(settings, settings.dagster_url)
    if settings.dagster_database_url:
        yield dagster_server(settings)
    elif not settings.dagster_url:
        yield databases(settings.dagster_home())
    yield disk_space(settings.absolute_home())
    if settings.gallery:
        from inspect_pipelines.cli.bucket_check import bucket

        yield bucket(settings)
    if settings.database_url:
        yield ledger(settings)
    if settings.database_url or (settings.absolute_home() / "ledger.db").exists():
        yield run_history(settings)
    if kind_of(settings.run_launcher) == CELERY:
        yield from broker(settings)
    yield port("port", settings.port)
    yield fonts()
    yield packages("Playwright", "playwright")
    yield from browser(settings)
    yield from every_agent(settings)
    yield from secrets(settings.project)


def python() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    wanted = ".".join(str(part) for part in LEAST_PYTHON)
    return Check("Python", sys.version_info >= LEAST_PYTHON, found, f"install Python {wanted} or newer")


def packages(name: str, *distributions: str, must_agree: bool = False) -> Check:
    """Installed packages; asks their metadata, so that none is imported."""
    try:
        found = {each: version(each) for each in distributions}
    except PackageNotFoundError as error:
        return Check(name, False, f"{error.name} is not installed", "install the project again: make install")
    is_ok = not must_agree or len(set(found.values())) == 1
    shown = (
        next(iter(found.values()))
        if len(set(found.values())) == 1
        else ", ".join(f"{each} {number}" for each, number in found.items())
    )
    return Check(name, is_ok, shown, f"{' and '.join(distributions)} must have one version: make install")


def sqlite() -> Check:
    wanted = ".".join(str(part) for part in LEAST_SQLITE)
    is_ok = sqlite3.sqlite_version_info >= LEAST_SQLITE
    return Check("SQLite", is_ok, sqlite3.sqlite_version, f"use a Python built with SQLite {wanted} or newer")


def home(folder: Path) -> Check:
    """INSPECT_HOME can be written, and lies on a disk of this machine: file locks over a network are not to be trusted."""
    name = "INSPECT_HOME"
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there):
            pass
    except OSError as error:
        how = f"make {str(there)!r} writable, or set INSPECT_HOME to another folder"
        return Check(name, False, f"{folder} cannot be written: {error.strerror}", how)
    kind = disk_kind(there, Path("/proc/mounts"))
    is_local = kind not in REMOTE_DISKS
    return Check(
        name,
        is_local,
        str(folder) if is_local else f"{folder} is on a network disk ({kind})",
        "set INSPECT_HOME to a folder on a local disk: its databases rely on local file locks",
    )


def databases(dagster_home: Path) -> Check:
    """Each of Dagster's databases can be read and has one stamp."""
    name = "Dagster's databases"
    try:
        wrong = spoilt(dagster_home)
    except sqlite3.Error as error:
        how = f"move {str(dagster_home)!r} away; the next run makes it anew, and only Dagster's own records of runs are gone"
        return Check(name, False, f"one in {dagster_home} cannot be read: {error}", how)
    if wrong:
        names = ", ".join(path.name for path in wrong)
        how = "they were made by two commands at once, and Dagster opens them no more: inspect-pipelines doctor --repair"
        return Check(name, False, f"{names} stamped twice", how)
    return Check(name, True, "in order" if dagster_home.exists() else "made by the first run")


def dagster_server(settings: Settings) -> Check:
    """The server that holds Dagster's storage answers, and how much of it is used."""
    from inspect_pipelines.engine.dagster_database import dagster_database, described

    try:
        return Check("Dagster's databases", True, described(dagster_database(settings) or ""))
    except InspectError as error:
        sentence, _, advice = str(error).partition("; ")
        return Check("Dagster's databases", False, sentence, advice)


def repair_databases(dagster_home: Path) -> None:
    """Mend what can be mended, and say it; what cannot be read is told by the check."""
    try:
        wrong = spoilt(dagster_home)
    except sqlite3.Error:
        return
    for path in wrong:
        say(f"mended {path}: it keeps the stamp {mend(path)}", err=True)


def disk_kind(folder: Path, mounts: Path) -> str:
    """The file system that holds a folder, `ext4`; empty when the machine does not tell."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    resolved = folder.resolve()
    holding = [(len(words[1]), words[2]) for words in lines if resolved.is_relative_to(words[1])]
    return max(holding)[1] if holding else ""


def disk_space(folder: Path) -> Check:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    how = "free some space: inspect-pipelines gallery prune"
    return Check("disk space", free >= LEAST_DISK_BYTES, f"{free / 1e9:.1f} GB free", how)


def ledger(settings: Settings) -> Check:
    """The server that holds it answers, and how much of it is used."""
    from inspect_pipelines.wiring import house

    ledgers = house(settings).ledgers
    try:
        return Check("ledger", True, ledgers.described())
    except InspectError as error:
        return missed("ledger", error)
    finally:
        ledgers.close()


def run_history(settings: Settings) -> Check:
    """The history belongs to the ledger, and what was mended in it lately."""
    from inspect_pipelines.wiring import house

    found = house(settings)
    name, how = "run history", "inspect-pipelines history rebuild"
    try:
        if ailment := found.history.ailment():
            return Check(name, False, "does not belong to the ledger", ailment)
    except InspectError as error:
        return missed(name, error, how)
    remarks = found.history.remarks(since=found.clock.now() - REMARKED_FOR)
    said = f"mended lately: {remarks[-1]}" if remarks else "belongs to the ledger"
    return Check(name, True, f"{said}, in {found.history.url()}" if settings.history else said)


def port(name: str, number: int) -> Check:
    """A taken port is no obstacle: `up` steps over it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return Check(name, True, f"{number} is taken; the next free one will be used")
    return Check(name, True, f"{number} is free")


def fonts() -> Check:
    from resources.sessions.browser.stamp import font_files

    count = len(font_files())
    how = "install some, or every letter is an empty box: apt-get install fonts-liberation fonts-noto-color-emoji"
    return Check("fonts", count > 0, f"{count} font files", how)


def browser(settings: Settings) -> Iterator[Check]:
    """The browser is there, and really starts and takes a picture."""
    from resources import chromium

    try:
        path = chromium.find(settings.chromium)
        yield Check("Chromium", True, f"{chromium.version(path)}, {path}")
    except InspectError as error:
        yield Check("Chromium", False, str(error).partition(";")[0], chromium.HOW_TO_GET_IT)
        return
    try:
        milliseconds = chromium.try_out(path, no_sandbox=settings.no_sandbox)
        yield Check("a first picture", True, f"taken after {milliseconds / 1000:.1f} s")
    except InspectError as error:
        how = "as root, or in a container without user namespaces, set INSPECT_NO_SANDBOX=true; else install Chromium again"
        yield Check("a first picture", False, str(error), how)


def secrets(project: Path) -> Iterator[Check]:
    """Each secret that the project's files refer to has a value here; the value itself is not shown."""
    files = [
        project / "schedules.yaml",
        project / "organization.yaml",
        *sorted((project / "playbooks").glob("*.y*ml")),
    ]
    references = set()
    for path in files:
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            references |= {
                found for line in lines if not line.lstrip().startswith("#") for found in SECRET.findall(line)
            }
    for reference in sorted(references):
        try:
            is_set = bool(resolve_secret(reference))
            found = "has a value" if is_set else "is empty"
            yield Check(f"secret {reference}", is_set, found, "give it a value before runs that need it")
        except InspectError as error:
            _, _, how = str(error).partition(": ")
            yield Check(f"secret {reference}", False, "has no value", how or str(error))
