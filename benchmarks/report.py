"""What every benchmark prints and writes: figures with their unit in the name, goals met or missed, the machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and what it should be; a missed goal stays in the report as missed."""

    name: str
    measured: float
    op: str  # <= or >=
    goal: float

    @property
    def met(self) -> bool:
        return self.measured <= self.goal if self.op == "<=" else self.measured >= self.goal


def goals_of(figures: Mapping[str, float], wanted: Mapping[str, tuple[str, float]]) -> list[Goal]:
    """A goal for every wanted figure."""
    return [Goal(name, figures[name], op, value) for name, (op, value) in wanted.items()]


def show(figures: Mapping[str, float], goals: Sequence[Goal]) -> None:
    """Print the table."""
    by_name = {goal.name: goal for goal in goals}
    width = max(map(len, figures))
    for name, value in figures.items():
        verdict = ""
        if goal := by_name.get(name):
            verdict = f"  {goal.op} {goal.goal:<8g} {'met' if goal.met else 'MISSED'}"
        print(f"{name:<{width}}  {value:>10.2f}{verdict}")


def write(
    benchmark: str,
    figures: Mapping[str, float],
    goals: Sequence[Goal],
    *,
    versions: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    show_all: bool = True,
    keeps_others: bool = False,
    folder: Path = RESULTS,
) -> Path:
    """Print the table and write results/<benchmark>.json.

    Args:
        versions: Of what was measured, where more than this project was.
        notes: What a reader of the figures has to know.
        show_all: Print every figure; without, those that have a goal.
        keeps_others: Leave figures and goals that this run did not measure as the last one wrote them.
    """
    if show_all:
        show(figures, goals)
    else:
        print(goals_table(goals))
    target = folder / f"{benchmark}.json"
    content: dict[str, object] = {"machine": machine()}
    if versions:
        content["versions"] = dict(versions)
    if notes:
        content["notes"] = list(notes)
    rows = {
        goal.name: {**asdict(goal), "measured": round(goal.measured, 3), "met": goal.met} for goal in goals
    }
    rounded = {name: round(value, 3) for name, value in figures.items()}
    if keeps_others:
        before = json.loads(target.read_text(encoding="utf-8"))
        rounded = before["figures"] | rounded
        rows = {row["name"]: row for row in before["goals"]} | rows
    content |= {"figures": rounded, "goals": list(rows.values())}
    target.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"written to {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}")
    return target


def goals_table(goals: Sequence[Goal]) -> str:
    """A line for each goal: measured, wanted, met or missed."""
    width = max((len(goal.name) for goal in goals), default=0)
    return "\n".join(
        f"{goal.name:<{width}}  {goal.measured:>10.3f}  {goal.op} {goal.goal:<8g} {'met' if goal.met else 'MISSED'}"
        for goal in goals
    )


def machine() -> dict[str, object]:
    """What the figures depend on; the load says whether the machine was shared."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "load_1_minute": round(os.getloadavg()[0], 2),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, share in 0..1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
