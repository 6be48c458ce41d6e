"""`doctor --cluster`: the parts of one installation on all its machines, by what each says of itself, and their servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspect_pipelines.cli.check import Check, missed
from inspect_pipelines.cli.doctor import shown
from inspect_pipelines.cli.output import print_json, say
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import Presence, agreements, skew
from inspect_pipelines.engine.dagster_database import dagster_database, server
from inspect_pipelines.engine.instance import CELERY, kind_of
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.wiring import house

MOST_CONNECTIONS = 0.8  # of what a server lets in; the rest is for a restart of everything at once
MOST_EVENT_BYTES = (
    20_000_000_000  # Dagster's own page tells of 137 GB, whose index no longer fits into memory
)
HOW_EVENTS = (
    "keep less (retention.dagster_runs and dagster_debug of organization.yaml; they go each night), then give the room back: "
    "VACUUM FULL event_logs with everything stopped, or pg_repack while it works"
)
HOW_CONNECTIONS = (
    "put PgBouncer before it (pool_mode = transaction), raise its max_connections, or start fewer processes"
)


def look(settings: Settings, *, as_json: bool) -> bool:
    """Print it; whether all is in order."""
    database = settings.absolute_home() / "ledger.db"
    parts: Sequence[Presence] = []
    if settings.database_url is None and not database.exists():
        checks = [Check("ledger", False, f"there is none in {database.parent}", "inspect-pipelines apply")]
    else:
        ledgers = house(settings).ledgers
        try:
            schema = of_schema(ledgers)
            checks = [schema]
            if schema.found.startswith("as this code"):
                parts = ledgers.presences.told()
                checks = list(examine(settings, ledgers, parts, schema))
        except InspectError as error:
            checks = [missed("ledger", error)]
        finally:
            ledgers.close()
    if as_json:
        print_json({"parts": parts, "checks": checks})
    else:
        if parts:
            say(table(parts) + "\n")
        say(shown(checks, wrong="✗ look", right="all parts agree"))
    return all(check.is_ok for check in checks)


def table(parts: Sequence[Presence]) -> str:
    header = ["PART", "HOST", "PLACE", "VERSION", "CODE", "PYTHON", "DAGSTER", "BROWSER", "FONTS"]
    rows = [
        [
            *(one.part, one.host, one.place, one.version, one.code, one.python, one.dagster),
            *((one.browser or "none", one.fonts[:8]) if one.plays else ("-", "-")),
            *(one.zone, skew(one), f"{one.seconds_ago:.0f} s ago"),
        ]
        for one in parts
    ]
    return aligned([*header, "ZONE", "CLOCK", "SEEN"], rows)


def examine(
    settings: Settings, ledgers: Ledgers, parts: Sequence[Presence], schema: Check
) -> Iterator[Check]:
    """The ledger, the parts, and Dagster's storage."""
    yield Check("ledger", True, ledgers.described())
    yield schema
    if found := ledgers.connections():
        yield of_connections("connections", *found)
    has_workers = kind_of(settings.run_launcher) == CELERY
    for one in agreements(parts, has_workers=has_workers):
        yield Check(one.what, one.holds, one.found, one.how)
    yield from dagsters(settings)


def of_schema(ledgers: Ledgers) -> Check:
    """Whether this code and the ledger are of one release; asked without bringing it up to date."""
    name = "ledger's schema"
    there, ours = ledgers.revisions()
    if there == ours:
        return Check(name, True, f"as this code knows it ({ours})")
    how = (
        "one of both is of another release: if the ledger is older, back it up, then any command of this code brings it up to "
        "date (inspect-pipelines users list); if it is newer, upgrade this machine"
    )
    return Check(name, False, f"{there or 'none'}, and this code knows {ours}; nothing else was read", how)


def of_connections(name: str, used: int, most: int) -> Check:
    is_ok = used <= most * MOST_CONNECTIONS
    return Check(name, is_ok, f"{used} of {most} that are let in", "" if is_ok else HOW_CONNECTIONS)


def dagsters(settings: Settings) -> Iterator[Check]:
    """Connections of the server that holds Dagster's storage, and the size of its event log."""
    name = "Dagster's events"
    try:
        url = dagster_database(settings)
        if url is None:
            files = [file for file in (settings.dagster_home() / "history").rglob("*") if file.is_file()]
            size, count = sum(file.stat().st_size for file in files), f"{len(files)} files on this machine"
        else:
            found = server(url)
            yield of_connections("Dagster's connections", found.used, found.room)
            size, count = found.size_bytes, f"{found.events:,} rows"
    except InspectError as error:
        yield missed(name, error)
        return
    is_ok = size <= MOST_EVENT_BYTES
    yield Check(name, is_ok, f"{count}, {size / 1e6:,.1f} MB", "" if is_ok else HOW_EVENTS)
