"""docs/capacity.md: what the load model says, in tables, with where each of its figures comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.capacity.chart import lines_over_a_day
from benchmarks.capacity.costs import Costs
from benchmarks.capacity.day import DAY, MIX, SCHEDULES_AN_ORGANISATION, Day, day_of
from benchmarks.capacity.fleet import (
    WAIT_GOALS,
    Fleet,
    Played,
    ladder,
    play,
    run_cpu,
    run_seconds,
    services,
    sized,
    waiting,
)

SEED = 19
SCHEDULES = 200_000
SIZES = (200, 2_000, 20_000, SCHEDULES)
DAYS_A_MONTH = 30
ENOUGH = {
    "web": "a web process",
    "submitters": "a daemon",
    "browsers": "two cores with four browsers",
    "writers": "a writer of the ledger",
    "projectors": "a projector of the history",
    "senders": "a sender",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A day with the smallest fleet for it, and what it did on that fleet."""

    name: str
    schedules: int
    day: Day
    fleet: Fleet
    played: Played

    @property
    def late_p95(self) -> float:
        """Seconds from when a run was asked for to its browser."""
        return float(np.percentile(self.played.started - self.day.due, 95))


def pages(costs: Costs) -> dict[str, str]:
    """Each file of the documentation with its text; the same figures give the same text."""
    cases = [_case("as people write them", count, costs) for count in SIZES]
    written = cases[-1]
    spread = _case("any minute of the hour", SCHEDULES, costs, spread=True)
    jittered = _case("as written, `jitter_seconds: 30`", SCHEDULES, costs, jitter_seconds=30)
    crowded = play(written.day, spread.fleet, costs)
    at = np.arange(0, DAY + 1, 300.0)
    chart = lines_over_a_day(
        f"Runs that wait, {SCHEDULES:,} schedules on {spread.fleet.browsers} browsers and {spread.fleet.submitters} daemon",
        {
            "crons as people write them": waiting(written.day.due, crowded.started, at),
            "any minute of the hour": waiting(spread.day.due, spread.played.started, at),
        },
        unit="runs",
    )
    return {"capacity.md": _page(costs, [*cases, jittered, spread], crowded), "capacity.svg": chart}


def _case(name: str, schedules: int, costs: Costs, *, spread: bool = False, jitter_seconds: int = 0) -> Case:
    day = day_of(schedules, seed=SEED, spread=spread, jitter_seconds=jitter_seconds)
    fleet = sized(day, costs)
    return Case(name, schedules, day, fleet, play(day, fleet, costs))


def _page(costs: Costs, cases: Sequence[Case], crowded: Played) -> str:
    written, jittered, spread = cases[-3:]
    late = crowded.queues
    return f"""# Capacity

<!-- Written by `make capacity` from benchmarks/results; change benchmarks/capacity instead. -->

How many machines 10,000 organisations with {SCHEDULES:,} schedules take, where one machine breaks first, and what to add. **It is a model**: each queue is played through one day with
what one run, view, delivery or message cost on a machine of two cores. Nothing of this size was run. `make capacity` writes this page anew from the last measurements.

- **Browsers break first**, long before anything else: one machine of two cores plays {_count(DAY * Fleet().browsers / run_seconds(costs))} runs a day of ten views, which is {_count(_schedules(written, DAY * Fleet().browsers / run_seconds(costs)))} schedules.
- **Full hours cost more than schedules do.** With crons as people write them, {written.fleet.browsers:,} browsers keep 95 of 100 runs within ten minutes; at any minute of the hour {spread.fleet.browsers:,} do. `jitter_seconds`
  of a [schedule](configuration.md) is at most 30, which moves none of this ({jittered.fleet.browsers:,} browsers). Write other minutes than 0, above all at 02:00.
- **Next is the daemon**: {_seconds(costs["submit"])} a run, one after the other ({_seconds(costs["stock submit"])} with Dagster's own launcher). {written.played.queues["submitters"].load * written.fleet.submitters:.0%} of its day is taken, but at 02:00 {late["submitters"].waiting_most:,} runs wait for one, the last {_seconds(late["submitters"].longest)} long; \
it takes {written.fleet.submitters}.
- Ledger, history and senders carry the whole with one each, by what they cost here.

![Runs that wait over a day](capacity.svg)

## What one of each carries

Until its queue grows without end, every other part being large enough. The runs that schedules and webhooks start are {written.played.runs / SCHEDULES:.1f} a schedule and day.

{_table(("Part", "One takes", "Carries a day", "Schedules", "Load of one at 200,000"), _breaks(costs, written))}

From one machine on, each step adds what the queue that is furthest behind needs to keep up over a day:

{_table(("Grows without end", "Load", "Had", "Then has"), _steps(written, costs))}

Keeping up over a day is not being in time: that needs what stands below.

## What to add

The smallest fleets with which 95 of 100 runs have their browser within ten minutes of when they were due. `Late` is the 95th percentile of that.

{_table(("Schedules", "Organisations", "Crons", "Runs a day", "Browsers", "Cores", "Memory of browsers", "Daemons", "Web", "Writers", "Projectors", "Senders", "Late"), (_fleet_row(case, costs) for case in cases))}

Several daemons are not what Dagster supports; until it is, split organisations over homes, one daemon each. Machines for Dagster's own database, the proxy and the code server come on top.

## What it costs

In units only: multiply by what yours cost. A month has {DAYS_A_MONTH} days. Core-hours *used* are what runs work; *held* is the fleet above, day and night, so what scaling to zero could save at most is between them.

{_table(("Schedules", "Crons", "Core-hours used", "held", "New pictures", "Ledger", "History", "Written to disk by publishing"), (_cost_row(case, costs) for case in cases))}

## What is asked of it

{_table(("Crons", "Share"), ((kind, f"{share:.0%}") for kind, share in MIX.items()))}

{SCHEDULES_AN_ORGANISATION} schedules an organisation; 20 deliveries an organisation and day between 08:00 and 18:00 UTC, one of ten of them in one minute at 14:00; one of four starts a run. All of it is assumed, with the seed {SEED}.

## What it stands on

{_table(("One", "Costs", "From", "How", "Extrapolated to"), ((cost.name, f"{cost.value:.4g} {cost.unit}".strip(), cost.source, cost.how, cost.beyond or "") for cost in costs.all))}

Files are in `benchmarks/results/`. A run holds its browser {_seconds(run_seconds(costs))} and takes {run_cpu(costs):.1f} core-seconds. Where a queue waits longer than {", ".join(f"{goal:g} s ({name})" for name, goal in WAIT_GOALS.items())} at the 95th percentile, one more is added.

## What it leaves out

- Every run has ten views and takes equally long. Runs that differ wait longer at the same load; retries and hung pages are not in it.
- Nothing fails, and no part gets slower as it grows. Publishing was measured at a million runs; at {written.played.runs:,} a day a history has those after {1e6 / written.played.runs:.1f} days, so **histories must be split by organisation
  long before this size**, and the last column above is the first thing to measure.
- PostgreSQL, object storage and several hosts cost what SQLite and one disk did here. The network between them is not in it.
- Dagster's own event log (its rows and bytes) is not measured here and not in *Ledger*.
- Agents' sessions: each asks {costs["requests an agent's session"]:.0f} times and takes {costs["agent's session memory"]:.0f} MB of ours while the agent works. They hold no browser, and are not simulated.
"""


def _breaks(costs: Costs, written: Case) -> Iterable[tuple[str, ...]]:
    one, took = Fleet(), services(costs)
    rows = []
    for name, part in ENOUGH.items():
        load = written.played.queues[name].load * getattr(written.fleet, name) / getattr(one, name)
        things = {"web": "deliveries", "senders": "messages"}.get(name, "runs")
        carries = DAY * getattr(one, name) / took[name]
        rows.append(
            (
                load,
                (
                    part,
                    _seconds(took[name]),
                    f"{_count(carries)} {things}",
                    _count(SCHEDULES / load),
                    f"{load:.2g}",
                ),
            )
        )
    return [row for _, row in sorted(rows, reverse=True)]


def _steps(written: Case, costs: Costs) -> Iterable[tuple[str, ...]]:
    for had, name, load, then in ladder(written.day, costs):
        yield (
            name,
            f"{load:.1f}",
            f"{asdict(had)[name]:,}",
            f"{asdict(then)[name]:,}; now nothing grows without end"
            if (play(written.day, then, costs).grows is None)
            else f"{asdict(then)[name]:,}",
        )


def _fleet_row(case: Case, costs: Costs) -> tuple[str, ...]:
    fleet = case.fleet
    return (
        f"{case.schedules:,}", f"{case.schedules // SCHEDULES_AN_ORGANISATION:,}", case.name, f"{case.played.runs:,}",
        f"{fleet.browsers:,}", f"{_cores(case, costs):,}", f"{fleet.browsers * costs['slot memory'] / 1000:,.0f} GB",
        *(f"{count}" for count in (fleet.submitters, fleet.web, fleet.writers, fleet.projectors, fleet.senders)),
        _seconds(case.late_p95),
    )  # fmt: skip


def _cost_row(case: Case, costs: Costs) -> tuple[str, ...]:
    runs = case.played.runs * DAYS_A_MONTH
    views = runs * costs["views"]
    return (
        f"{case.schedules:,}", case.name, f"{runs * run_cpu(costs) / 3600:,.0f}", f"{_cores(case, costs) * 24 * DAYS_A_MONTH:,}",
        f"{views * costs['new pictures'] * costs['picture kB'] / 1e6:,.0f} GB", f"{runs * costs['ledger bytes a run'] / 1e9:,.1f} GB",
        f"{views * costs['history bytes a view'] / 1e9:,.1f} GB", f"{case.played.batches * DAYS_A_MONTH * costs['published MB'] / 1e6:,.1f} TB",
    )  # fmt: skip


def _cores(case: Case, costs: Costs) -> int:
    """Of browsers; and one for each other process that is busy at once."""
    fleet = case.fleet
    others = fleet.web + fleet.submitters + fleet.writers + fleet.projectors + fleet.senders
    return -(-fleet.browsers // int(costs["slots a core"])) + others


def _schedules(case: Case, runs_a_day: float) -> float:
    return runs_a_day * case.schedules / case.played.runs


def _seconds(seconds: float) -> str:
    if seconds >= 120:
        return f"{seconds / 60:.0f} min"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2g} ms"


def _count(number: float) -> str:
    """To two digits that count, for it stands on no more."""
    digits = len(str(int(number)))
    return f"{round(number, 2 - digits):,.0f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
