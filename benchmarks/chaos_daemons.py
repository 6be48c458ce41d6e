"""Two daemons over one ledger and one Dagster storage: what both do, happens once; `make chaos-daemons`.

Two machines under `up` tick the same schedules each minute, are told the same deliveries, reconcile, send and take facts into
their histories for ten minutes. Half-way the database server is restarted, and one machine's daemon is killed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import httpx

from benchmarks import report
from benchmarks.machines.place import Place, machines
from benchmarks.sending.starts import WHERE, send, until
from inspect_pipelines.domain.run import Run, RunStatus

SEED = 20261130
MINUTES = 10
EVERY_SECONDS = 30.0  # from one delivery to the next
SCHEDULES = 2
BEFORE = timedelta(minutes=3)  # for two machines to come up
ENDED_WITHIN_SECONDS = 900.0
CONFIG = """\
apiVersion: v1
kind: ScheduleConfig
schedules:
{schedules}
triggers:
  - {{id: deploys, event: deployment.completed, playbook: front, overlap: allow,
     notify: {{on_complete: {{slack_channel: "#deploys"}}}}}}
"""
SCHEDULE = (
    '  - {{id: watch-{number}, cron: "{cron}", timezone: UTC, playbook: front, overlap: allow, catch_up: all,'
)
SCHEDULE += ' notify: {{on_complete: {{slack_channel: "#watch-{number}"}}}}}}'


@dataclass(frozen=True, slots=True)
class Books:
    """What must all be zero."""

    lost: int  # minutes of a schedule and deliveries without a run
    doubled: int  # runs that were played twice, or sessions too many
    stuck: int  # runs that have no end
    dagster_stuck: int
    messages_twice: int
    messages_lost: int
    facts_wrong: int  # runs that a history has not, or has twice


def main() -> None:
    """Play, print what was seen, write benchmarks/results/chaos-daemons.json (only for the whole time)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=MINUTES)
    parser.add_argument(
        "--deliveries", type=int, default=0, help="with --minutes 0: these alone, and write nothing"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-daemons-") as folder:
        figures, books = chaos(
            Path(folder), minutes=wanted.minutes, deliveries=wanted.deliveries, seed=wanted.seed, say=print
        )
    goals = report.goals_of(figures, dict.fromkeys(asdict(books), ("<=", 0.0)))
    if wanted.minutes == MINUTES:
        report.write("chaos-daemons", figures, goals)
    else:
        report.show(figures, goals)


def chaos(
    folder: Path,
    *,
    seed: int,
    minutes: int = 0,
    deliveries: int = 0,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[dict[str, float], Books]:
    """Both at work, then the books.

    Args:
        minutes: Of schedules and deliveries, with a restart of the server and a killed daemon; 0: deliveries alone.
        deliveries: How many, where there are no minutes.
    """
    chance = random.Random(seed)
    first = datetime.now(UTC).replace(second=0, microsecond=0) + BEFORE
    due = [first + timedelta(minutes=number) for number in range(minutes)]
    cron = f"{','.join(str(at.minute) for at in due)} * * * *" if due else "0 2 1 1 *"
    lines = "\n".join(SCHEDULE.format(number=number, cron=cron) for number in range(SCHEDULES))
    with machines(folder, CONFIG.format(schedules=lines)) as place:
        sent = _work(place, chance, due, deliveries, say)
        for is_done in (
            lambda: _are_over(place, due, sent),
            lambda: _all_sent(place),
            lambda: not _wrong_facts(place),
        ):
            with contextlib.suppress(AssertionError):  # the books say what is missing
                until(is_done, ENDED_WITHIN_SECONDS)
        books = _books(place, due, sent)
        runs = _runs(place)
        tried = place.instance.get_run_records()
    statuses = Counter(run.status.value for run in runs)
    figures = {
        **{name: float(count) for name, count in asdict(books).items()},
        "minutes": float(minutes),
        "runs": float(len(runs)),
        "dagster_runs": float(len(tried)),
        "deliveries": float(sent),
        **{f"ended_{status}": float(count) for status, count in sorted(statuses.items())},
    }
    return figures, books


def _work(
    place: Place, chance: random.Random, due: list[datetime], deliveries: int, say: Callable[[str], None]
) -> int:
    """Send until it is time; returns how many deliveries."""
    troubles = [
        (0.35, "the database server is restarted", _restart),
        (0.6, "a daemon is killed", _kill_daemon),
    ]
    sent = 0
    while sent < deliveries or (due and datetime.now(UTC) < due[-1] + timedelta(minutes=1)):
        share = (datetime.now(UTC) - due[0]) / timedelta(minutes=len(due)) if due else 0.0
        if troubles and share > troubles[0][0]:
            _, what, cause = troubles.pop(0)
            say(f"{datetime.now(UTC):%H:%M:%S} {what}")
            cause(place, chance)
        _deliver(place, sent)
        sent += 1
        if due:
            time.sleep(EVERY_SECONDS)
    return sent


def _deliver(place: Place, number: int) -> None:
    """The same delivery to each machine, as a sender does that got no answer: again until it is taken."""
    payload = {
        "deployment_status": {"state": "success", "environment": "production"},
        "deployment": {"sha": f"{number:040x}", "ref": "main"},
        **WHERE,
    }
    for machine in place.machines:

        def is_taken() -> bool:
            with contextlib.suppress(httpx.HTTPError, KeyError, ValueError, FileNotFoundError):
                url = machine.state()["web_url"]  # noqa: B023 called before the next turn
                return send(url, "deployment_status", payload, f"deploy-{number}") in (200, 202)
            return False

        until(is_taken, ENDED_WITHIN_SECONDS)


def _restart(place: Place, chance: random.Random) -> None:
    from postgres import restart

    restart(place.server)


def _kill_daemon(place: Place, chance: random.Random) -> None:
    victim = chance.choice(place.machines)
    os.kill(victim.state()["pids"]["daemon"], signal.SIGKILL)


def _runs(place: Place) -> list[Run]:
    with place.house.ledger.read() as ledger:
        return ledger.runs.latest(limit=10**6)


def _origins(due: list[datetime]) -> set[str]:
    return {f"cron:watch-{number}:{at:%Y-%m-%dT%H:%MZ}" for number in range(SCHEDULES) for at in due}


def _are_over(place: Place, due: list[datetime], sent: int) -> bool:
    runs = _runs(place)
    is_all_there = _origins(due) <= {run.origin for run in runs} and _of_events(runs) >= sent
    records = place.instance.get_run_records()
    return (
        is_all_there
        and not any(run.status.is_open for run in runs)
        and all(record.dagster_run.is_finished for record in records)
    )


def _of_events(runs: list[Run]) -> int:
    return sum(run.is_of_event for run in runs)


def _all_sent(place: Place) -> bool:
    with place.house.ledger.read() as ledger:
        told = [one for run in ledger.runs.latest(limit=10**6) for one in ledger.outbox.of_run(run.id)]
    return all(one.status.value != "stored" for one in told)


def _books(place: Place, due: list[datetime], sent: int) -> Books:
    runs = _runs(place)
    origins = Counter(run.origin for run in runs)
    with place.house.ledger.read() as ledger:
        sessions = {run.id: ledger.evidence.sessions(run.id) for run in runs}
        told = [one for run in runs for one in ledger.outbox.of_run(run.id)]
    played = Counter(
        record.dagster_run.tags[".dagster/inspect.origin"]
        for record in place.instance.get_run_records()
        if place.instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_START)
        and _played(place, record.dagster_run.run_id)
    )
    lost_again = {run.origin for run in runs if run.status is RunStatus.ERROR}
    names = Counter(name for machine in place.machines for name in machine.messages())
    return Books(
        lost=len(_origins(due) - {*origins}) + max(0, sent - _of_events(runs)),
        doubled=sum(count > 1 for origin, count in played.items() if origin not in lost_again)
        + sum(len({one.attempt for one in of_run}) != len(of_run) for of_run in sessions.values())
        + max(0, _of_events(runs) - sent),
        stuck=sum(run.status.is_open for run in runs),
        dagster_stuck=sum(not record.dagster_run.is_finished for record in place.instance.get_run_records()),
        messages_twice=sum(count > 1 for count in names.values()),
        messages_lost=max(0, len(told) - len(names)),
        facts_wrong=_wrong_facts(place),
    )


def _played(place: Place, dagster_run_id: str) -> bool:
    """Whether it came past its door, into the step that opens a browser."""
    steps = place.instance.all_logs(dagster_run_id, of_type=dg.DagsterEventType.STEP_START)
    return any(entry.step_key == "collect_screenshots" for entry in steps)


def _wrong_facts(place: Place) -> int:
    ended = {run.id for run in _runs(place) if not run.status.is_open}
    wrong = 0
    for machine in place.machines:
        answer = machine.answer("history", "sql", "SELECT run_id FROM automated_runs", "--json")
        found = Counter(row["run_id"] for row in json.loads(answer or "[]"))
        wrong += len(ended ^ {*found}) + sum(count > 1 for count in found.values())
    return wrong


if __name__ == "__main__":
    main()
