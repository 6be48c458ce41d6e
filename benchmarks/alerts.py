"""A month of alerts and the way of one: messages against failed runs, causes nobody heard of, latency; `make bench-alerts`."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks import report
from benchmarks.alerting.house import Listening, MovedClock, begun, define, ended, open_house
from benchmarks.alerting.sending import OverHttp
from benchmarks.alerting.standin import StandIn
from benchmarks.alerting.trace import BEGIN, PACES, Trouble, ticks, troubles
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.resolve_quiet import resolve_quiet
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.conclude import record_end
from inspect_pipelines.web.duties.sender import Sender
from resources.channels.registry import CHANNELS

SEED = 7
ALERTS = 200
WANTED = {
    "fewer_messages_pct": (">=", 90.0),
    "causes_unannounced": ("<=", 0.0),
    "recoveries_missing": ("<=", 0.0),
    "accepted_p95_s": ("<=", 2.0),
}


def main() -> None:
    """Measure, print, write benchmarks/results/alerts.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5000, help="of the month, from its beginning")
    parser.add_argument("--alerts", type=int, default=ALERTS, help="whose latency is measured")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dry", action="store_true", help="write no results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_month(Path(folder) / "month", arguments.seed, arguments.runs)
        figures |= measure_latency(Path(folder) / "latency", arguments.seed, arguments.alerts)
    goals = report.goals_of(figures, WANTED)
    if arguments.dry:
        report.show(figures, goals)
    else:
        report.write("alerts", figures, goals)


def measure_month(home: Path, seed: int, runs: int) -> dict[str, float]:
    """Play the month through the real ledger; what counts is what the channel was given."""
    chance = random.Random(seed)
    channel, clock = Listening(), MovedClock(BEGIN)
    house = open_house(home, channel, clock)
    definitions = {name: define(house, name) for name, _ in PACES}
    planned = troubles(seed)
    failed_runs = 0
    shown: dict[str, list[datetime]] = {}
    passed: dict[str, datetime] = {}
    began = time.perf_counter()
    for at, name in ticks()[:runs]:
        clock.at = max(clock.at, at)
        hits = [one for one in planned if one.shows(name, at, chance)]
        hits = [one for one in hits if one.kind == "error"] or hits  # such a run sees nothing of the site
        _end(house, definitions[name], hits)
        send_waiting(house)
        failed_runs += bool(hits)
        for one in hits:
            shown.setdefault(one.name, []).append(at)
        if not hits:
            passed[name] = at
    seconds = time.perf_counter() - began
    _let_pass(house, clock)
    house.ledgers.close()
    happened = [one for one in planned if one.name in shown]
    return {
        "runs": float(runs),
        "failed_runs": float(failed_runs),
        "causes": float(len(happened)),
        "messages": float(len(channel.heard)),
        **{f"messages_{kind.value}": float(_count(channel.heard, kind)) for kind in _kinds(channel.heard)},
        "fewer_messages_pct": 100 * (1 - len(channel.heard) / max(1, failed_runs)),
        "causes_unannounced": float(sum(not _announced(one, channel.heard) for one in happened)),
        "recoveries_missing": float(
            sum(not _recovered(one, channel.heard) for one in happened if _is_over(one, shown, passed))
        ),
        "seconds_for_the_month": seconds,
    }


def _end(house: House, definition: Schedule, hits: Sequence[Trouble]) -> None:
    now = house.clock.now()
    ours = [one for one in hits if one.kind == "error"]
    views = [_comparison(one.name, passed=one not in hits) for one in hits if one.kind == "visual"]
    findings = tuple(_finding(one.name) for one in hits if one.kind == "finding")
    session = SessionResult(
        house.clock.new_id(), "tour", SessionStatus.COMPLETED, now, now, findings=findings
    )
    if ours:
        reasons = tuple(f"the network behind {one.name} is gone" for one in ours)
        verdict = Verdict(None, RunStatus.ERROR, reasons)
    elif hits:
        reasons = tuple(f"tour/{one.message.partition(' ')[0]}@desktop: {one.message}" for one in findings)
        reasons += tuple(f"{one.view}: {one.reason}" for one in views)
        verdict = Verdict(VerdictKind.FAILED, RunStatus.FAILED, reasons)
    else:
        verdict = Verdict(VerdictKind.PASSED, RunStatus.PASSED, ("as approved",))
    with house.ledger.write() as ledger:
        run = begun(house, definition, ledger)
        record_end(
            ledger,
            ended(run, verdict.run_status, "\n".join(verdict.reasons), now),
            definition,
            at=now,
            kinds=CHANNELS,
            sessions=() if ours else (session,),
            comparisons=() if ours else views,
            verdict=verdict,
        )


def _finding(name: str) -> Finding:
    message = f"{name} is not as expected"
    return Finding(FindingKind.EXPECTATION, Severity.ERROR, message, "tour", name, "desktop", "/")


def _comparison(name: str, *, passed: bool) -> Comparison:
    view = View("tour", name, "desktop")
    return Comparison(view, Outcome.CHANGED, passed, f"{name} moved", 0.5, "bench", 0.02)


def _let_pass(house: House, clock: MovedClock) -> None:
    """A day goes by: what waits for its window, its turn or its quiet is told."""
    for _ in range(24):
        clock.sleep(3600)
        resolve_quiet(house)
        while send_waiting(house):
            clock.sleep(1)


def _kinds(heard: Sequence[Notification]) -> list[MessageKind]:
    return sorted({note.message.kind for note in heard if note.message})


def _count(heard: Sequence[Notification], kind: MessageKind) -> int:
    return sum(note.message is not None and note.message.kind is kind for note in heard)


def _says(note: Notification, trouble: Trouble, *kinds: MessageKind) -> bool:
    return note.message is not None and note.message.kind in kinds and trouble.name in note.text


def _announced(trouble: Trouble, heard: Sequence[Notification]) -> bool:
    return any(_says(note, trouble, MessageKind.OPENED, MessageKind.FLAPPING) for note in heard)


def _recovered(trouble: Trouble, heard: Sequence[Notification]) -> bool:
    """Whether the last word about it is that it is over."""
    about = [
        note
        for note in heard
        if _says(note, trouble, MessageKind.OPENED, MessageKind.FLAPPING, MessageKind.RESOLVED)
    ]
    last = max(about, key=lambda note: note.created_at, default=None)
    return last is not None and last.message is not None and last.message.kind is MessageKind.RESOLVED


def _is_over(trouble: Trouble, shown: dict[str, list[datetime]], passed: dict[str, datetime]) -> bool:
    """Whether a run of its definitions has passed since it showed itself last."""
    return any(passed.get(name, BEGIN) > shown[trouble.name][-1] for name in trouble.definitions)


def measure_latency(home: Path, seed: int, alerts: int) -> dict[str, float]:
    """From the commit that stores a message to its acceptance, with the sender of the web process beside."""
    chance = random.Random(seed)
    service = StandIn()
    house = open_house(home, OverHttp(service.url))
    rule = NotifyRule(RuleEvent.ON_COMPLETE, ("webhook:loopback",))
    definition = define(house, "latency", [rule])
    sender = Sender(house)
    sender.start()
    stored: dict[str, float] = {}
    for _ in range(alerts):
        now = house.clock.now()
        with house.ledger.write() as ledger:
            run = begun(house, definition, ledger)
            told = record_end(
                ledger, ended(run, RunStatus.PASSED, "as approved", now), definition, at=now, kinds=CHANNELS
            )
        stored.update((note.id, time.perf_counter()) for note in told or ())
        time.sleep(chance.uniform(0, 0.1))
    deadline = time.perf_counter() + 30
    while len(service.accepted_at) < len(stored) and time.perf_counter() < deadline:
        time.sleep(0.01)
    sender.stop()
    service.close()
    house.ledgers.close()
    accepted = service.accepted_at
    seconds = [accepted[key] - at for key, at in stored.items() if key in accepted]
    return {
        "alerts": float(len(stored)),
        "alerts_lost": float(len(stored) - len(seconds)),
        "accepted_p50_s": report.percentile(seconds, 0.5),
        "accepted_p95_s": report.percentile(seconds, 0.95),
        "accepted_max_s": max(seconds),
    }


if __name__ == "__main__":
    main()
