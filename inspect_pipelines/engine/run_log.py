"""What a run has said: the log of its own process, Dagster's compute logs, Dagster's event log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import Run
from inspect_pipelines.engine.processes import ANSI
from inspect_pipelines.engine.warm.logs import run_log

if TYPE_CHECKING:
    import dagster as dg

NOISE = frozenset(  # events that say nothing a person asks for
    {"HANDLED_OUTPUT", "LOADED_INPUT", "STEP_INPUT", "STEP_OUTPUT", "LOGS_CAPTURED", "ENGINE_EVENT"}
    | {"RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS", "STEP_WORKER_STARTING", "STEP_WORKER_STARTED"}
)

# What Dagster puts before its own lines: `2026-11-28 21:15:17 +0000 - dagster - INFO - job - run id - `
PREFIX = re.compile(r"^(?P<at>[\d-]+ [\d:]+) \S+ - dagster - (?P<level>[A-Z]+) - \w+ - [0-9a-f-]{36} - ")
ON_PURPOSE = "dagster._core.definitions.events.Failure: "
CAUSED = "The above exception was caused by"
SUPERSEDED = re.compile(
    r"SupersessionWarning: |^  return callback\(\*args, \*\*kwargs\)$"
)  # about our own command


def lines_of(settings: Settings, run: Run, *, only_events: bool = False) -> Iterator[str]:
    """Its lines, oldest first: what its own process printed, else Dagster's events and compute logs."""
    if not only_events and _own(settings, run) is not None:
        yield from printed(settings, run)
        return
    if run.dagster_run_id is None or not (settings.dagster_home() / "dagster.yaml").exists():
        return
    yield from _events(settings.dagster_home(), run.dagster_run_id)
    if not only_events:
        for path in sorted((settings.dagster_home() / "storage" / run.dagster_run_id).glob("compute_logs/*")):
            if path.suffix in (".out", ".err") and path.stat().st_size:
                yield f"-- {path.name}"
                yield from _file(path)


def printed(settings: Settings, run: Run) -> Iterator[str]:
    """What its own process printed, oldest first; nothing where Dagster's own launcher ran it."""
    if path := _own(settings, run):
        yield from filter(None, map(_told, _without_our_stack(_file(path))))


def _own(settings: Settings, run: Run) -> Path | None:
    own = [run_log(settings.absolute_home(), name) for name in (run.origin, run.dagster_run_id) if name]
    return next((path for path in own if path.exists()), None)


def _file(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            yield ANSI.sub("", line.rstrip("\n"))


def _without_our_stack(lines: Iterator[str]) -> Iterator[str]:
    """The lines; of a failure that an op told on purpose only what it said, not where in our code it did so."""
    is_on_purpose = is_stack = False
    for line in lines:
        if PREFIX.match(line) or line.startswith(CAUSED):
            is_on_purpose = is_stack = False
        elif line.startswith(ON_PURPOSE):
            is_on_purpose = True
            yield line.removeprefix(ON_PURPOSE)
            continue
        elif is_on_purpose and line == "Stack Trace:":
            is_stack = True
        if not is_stack:
            yield line


def _told(line: str) -> str | None:
    """The line as a person reads it; None: it speaks of Dagster's machinery only."""
    if SUPERSEDED.search(line):
        return None
    prefix = PREFIX.match(line)
    if prefix is None:
        return line
    return None if prefix["level"] == "DEBUG" else f"{prefix['at']}  {line[prefix.end() :]}"


def _events(dagster_home: Path, dagster_run_id: str) -> Iterator[str]:
    import dagster as dg  # 1.8 s, which a log file does not cost

    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        for entry in instance.all_logs(dagster_run_id):
            if (line := _line(entry)) is not None:
                yield line


def _line(entry: dg.EventLogEntry) -> str | None:
    kind = entry.dagster_event_type.value if entry.dagster_event_type else ""
    if kind in NOISE:
        return None
    at = datetime.fromtimestamp(entry.timestamp, tz=UTC).astimezone()
    text = entry.user_message or (entry.dagster_event.message if entry.dagster_event else "") or kind
    told = f"{at:%Y-%m-%d %H:%M:%S}  {entry.step_key or '-':<20}  {ANSI.sub('', text)}"
    error = entry.error_info
    return f"{told}\n{error.to_string().rstrip()}" if error else told
