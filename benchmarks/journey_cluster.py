"""Three hosts, 300 runs, and what goes wrong between hosts; `make journey-cluster`.

The first host has web, daemon, PostgreSQL, Redis and an object store; the others have a worker each, and nothing that a second machine
would not have. Runs are asked for by schedules, deliveries and commands. First one worker plays, then two, then: a worker is restarted
as for a deployment, its neighbour's cable is pulled and put back, Redis is emptied, PostgreSQL restarted, and a host loses its power.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import report
from benchmarks.hosts import books
from benchmarks.hosts.hosts import become_root, until
from benchmarks.hosts.place import HEAD, IDLE_FRONT, NEVER, PLAYBOOKS, SCHEDULE, TOLD, TRIGGER, Place, place
from inspect_pipelines.errors import SetupMissing

SEED = 20261130
LACKING = 3  # exit code, as of commands
PATIENCE_SECONDS = 600.0  # for each thing that is waited for; a quiet machine takes a tenth
LIMIT_SECONDS = 1800  # for all of it
HELD = ("held-first", "held-later")
INSIDE = "watch-inside"  # the schedule of the other organisation, whose runs one worker takes
SOON = timedelta(minutes=3)  # after they are applied; what is due before anybody looks is caught up
NOTES = (
    "All hosts are one machine's: network, name, processes and disk of each are its own; clock, cores and memory are shared.",
    "Sessions of all but the held runs have no browser: they wait nine seconds, as a playbook of some steps takes, and store a real picture.",
    "Each worker has one core, which it shares with the first host's servers; the site and the receiver of messages are stand-ins.",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    alone: int  # deliveries that one worker plays
    together: int  # that two play
    troubled: int  # that are played while things go wrong
    schedules: int
    minutes: int
    held: int  # of each kind: on the host that is cut off, in a real browser
    commands: int  # beside the held ones
    at_once: int  # places of a worker
    idle_seconds: float
    restarts_postgres: bool = True

    @property
    def runs(self) -> int:
        asked = self.alone + self.together + self.troubled + self.commands
        return asked + self.schedules * self.minutes + len(HELD) * self.held


LONG = Size(24, 64, 162, 10, 4, 2, 6, 4, 9.0)
SHORT = Size(0, 0, 8, 1, 1, 1, 1, 2, 3.0, restarts_postgres=False)


def main() -> None:
    """Play, print what was seen, write benchmarks/results/journey-cluster.json (only for the whole of it); 1: a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a dozen runs, and write nothing")
    parser.add_argument("--seed", type=int, default=SEED)
    wanted = parser.parse_args()
    try:
        become_root(sys.executable, "-m", "benchmarks.journey_cluster", *sys.argv[1:])
    except SetupMissing as error:
        print(error, file=sys.stderr)
        sys.exit(LACKING)
    for number in (signal.SIGTERM, signal.SIGINT):  # also where a shell has its jobs ignore one of them
        signal.signal(number, lambda *_: sys.exit(1))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"it did not end within {LIMIT_SECONDS} s"))
    signal.alarm(LIMIT_SECONDS)
    size = SHORT if wanted.short else LONG
    with tempfile.TemporaryDirectory(prefix="j-", ignore_cleanup_errors=True) as folder:
        figures = journey(Path(folder), size, seed=wanted.seed, say=_say_since(time.monotonic()))
    wanted_figures = dict.fromkeys([*books.Books.__dataclass_fields__, "browsers_left"], ("<=", 0.0))
    if size.alone:
        wanted_figures |= {"throughput_two_to_one": (">=", 1.8)}
    goals = report.goals_of(figures, wanted_figures)
    if size is LONG:
        report.write("journey-cluster", figures, goals, notes=NOTES)
    else:
        report.show(figures, goals)
    sys.exit(0 if all(goal.met for goal in goals) else 1)


def journey(
    folder: Path, size: Size, *, seed: int, say: Callable[[str], None] = lambda text: None
) -> dict[str, float]:
    """All of it, then the books."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from object_storage import own_ports  # which other tests of this machine do not use

    began = time.monotonic()
    due: list[datetime] = []

    def schedules() -> tuple[str, str]:
        first = datetime.now(UTC).replace(second=0, microsecond=0) + SOON
        due[:] = [first + timedelta(minutes=number) for number in range(size.minutes)]
        return _schedules(size, due)

    chance = random.Random(seed)
    with (
        own_ports() as ports,
        place(folder, schedules, ports, at_once=size.at_once, idle_seconds=size.idle_seconds) as hosts,
    ):
        say("the first host is up")
        here, there = hosts.workers
        here.start()
        figures: dict[str, float] = {}
        if size.alone:
            figures |= _rates(hosts, size, say)
            there.leave()
            say(f"{there.host.name}: its worker has left after its last run")
        told, before = _trouble(hosts, size, chance, say)
        figures |= told
        origins = {_origin(f"watch-{number}", at) for number in range(size.schedules) for at in due}
        inside = {_origin(INSIDE, at) for at in due}
        for is_done in (
            lambda: _are_over(hosts, size),
            lambda: len(books.told(hosts)) >= size.runs,
            lambda: not books.facts_wrong(hosts),
            lambda: not _browsers(hosts),
        ):
            with contextlib.suppress(AssertionError):  # the books say what is missing
                until(is_done, PATIENCE_SECONDS, every=1.0)
        say("all is over")
        found = books.count(hosts, origins, inside, before)
        browsers, repeated = _browsers(hosts), books.repeated(hosts)
        statuses = Counter(run.status.value for run in hosts.runs())
        played = Counter(hosts.holders().values())
        again = books.resumed(hosts)
    return {
        **{name: float(number) for name, number in asdict(found).items()},
        "browsers_left": float(browsers),
        **figures,
        "runs": float(sum(statuses.values())),
        "runs_of_another_queue": float(len(inside)),
        "resumed_elsewhere": float(again),
        "messages_repeated": float(repeated),
        **{f"ended_{status}": float(number) for status, number in sorted(statuses.items())},
        **{f"played_on_{host}": float(number) for host, number in sorted(played.items())},
        "minutes": (time.monotonic() - began) / 60,
    }


def _schedules(size: Size, due: list[datetime]) -> tuple[str, str]:
    """The text of schedules.yaml, and of the one of the other organisation."""
    cron = f"{','.join(str(at.minute) for at in due)} * * * *"
    rows = [(f"watch-{number}", cron) for number in range(size.schedules)]
    lines = "".join(_schedule(name, when, TOLD) for name, when in [*rows, ("by-hand", NEVER)])
    triggers = "".join(TRIGGER.format(playbook=playbook, told=TOLD) for playbook in PLAYBOOKS)
    inside = _schedule(INSIDE, cron, "overlap: allow")
    return f"{HEAD}schedules:\n{lines}triggers:\n{triggers}", f"{HEAD}schedules:\n{inside}"


def _schedule(name: str, cron: str, told: str) -> str:
    return SCHEDULE.format(name=name, cron=cron, playbook=IDLE_FRONT, told=told)


def _origin(name: str, at: datetime) -> str:
    return f"cron:{name}:{at:%Y-%m-%dT%H:%MZ}"


def _rates(hosts: Place, size: Size, say: Callable[[str], None]) -> dict[str, float]:
    """Runs a second, where one worker has all to do, and where two have."""
    alone = _rate(hosts, size.alone, size.at_once)
    say(f"one worker: {alone:.2f} runs/s")
    hosts.workers[1].start()
    together = _rate(hosts, size.together, 2 * size.at_once)
    say(f"two workers: {together:.2f} runs/s")
    return {
        "runs_per_second_one_worker": alone,
        "runs_per_second_two_workers": together,
        "throughput_two_to_one": together / alone,
    }


def _rate(hosts: Place, count: int, places: int) -> float:
    """Between the first and the last runs that end: while all places were taken."""
    before = {run.id for run in hosts.runs()}
    hosts.deliver(count)

    def ended() -> list[datetime]:
        return sorted(run.completed_at for run in hosts.runs() if run.completed_at and run.id not in before)

    until(
        lambda: len(ended()) >= count,
        PATIENCE_SECONDS,
        lambda: f"{len(ended())} of {count} ended",
        every=1.0,
    )
    at = ended()
    return (len(at) - 1 - 2 * places) / (at[-1 - places] - at[places]).total_seconds()


def _trouble(
    hosts: Place, size: Size, chance: random.Random, say: Callable[[str], None]
) -> tuple[dict[str, float], dict[str, books.End]]:
    """Cut one worker off, empty Redis, restart PostgreSQL, mend, kill the other worker's host, and give it power again.

    Returns:
        Figures, and the ends that were known before the cut-off worker was heard of again.
    """
    here, there = hosts.workers
    for kind in HELD:
        hosts.deliver(size.held, kind)
    until(lambda: hosts.lines("asked").count("/held") >= len(HELD) * size.held)
    there.start()
    hosts.deliver(size.troubled // 2)
    for _ in range(size.commands):
        hosts.run("by-hand")
    until(there.living)
    lost = here.living()
    hosts.cluster.cut(here.host)
    cut_at = time.monotonic()
    say(f"{here.host.name} is cut off, with {len(lost)} runs")
    (hosts.cluster.first.folder / "outside" / "open").touch()
    time.sleep(chance.uniform(1, 4))
    hosts.servers.empty_redis()
    say("Redis is emptied")
    if size.restarts_postgres:
        time.sleep(chance.uniform(8, 12))
        hosts.servers.restart_postgres()
        say("PostgreSQL is restarted")
    until(lambda: _are_given_up(hosts, lost), PATIENCE_SECONDS, lambda: f"still open: {lost}", every=1.0)
    told_after = time.monotonic() - cut_at
    say("each of its runs is concluded, or another host's")
    before = books.ends(hosts)
    hosts.cluster.mend(here.host)
    say(f"{here.host.name} has its cable again")
    mended_at = time.monotonic()
    until(lambda: not here.living() & lost, PATIENCE_SECONDS, lambda: f"alive: {here.living() & lost}")
    heeded_after = time.monotonic() - mended_at
    say("and has ended what was taken from it")
    hosts.deliver(size.troubled - size.troubled // 2)
    with contextlib.suppress(AssertionError):  # all may have been played by the other one
        until(lambda: there.living(), 60)
    killed = there.living()
    there.host.switch_off()
    say(f"{there.host.name} has lost its power, with {len(killed)} runs")
    until(lambda: _are_given_up(hosts, killed), PATIENCE_SECONDS, lambda: f"still open: {killed}", every=1.0)
    hosts.cluster.restart(there.host)
    there.start()
    say(f"{there.host.name} plays again")
    return {
        "runs_cut_off": float(len(lost)),
        "told_after_s": told_after,
        "heeded_after_s": heeded_after,
        "runs_killed": float(len(killed)),
    }, before


def _are_given_up(hosts: Place, dagster_runs: set[str]) -> bool:
    """Whether none of them has a run any more."""
    return not dagster_runs & {run.dagster_run_id for run in hosts.runs() if run.status.is_open}


def _are_over(hosts: Place, size: Size) -> bool:
    runs = [*hosts.runs(), *hosts.runs_inside()]
    return (
        len(runs) >= size.runs + size.minutes
        and not any(run.status.is_open for run in runs)
        and all(record.dagster_run.is_finished for record in hosts.instance.get_run_records())
    )


def _browsers(hosts: Place) -> int:
    return sum(worker.browsers() for worker in hosts.workers)


def _say_since(began: float) -> Callable[[str], None]:
    return lambda text: print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


if __name__ == "__main__":
    main()
