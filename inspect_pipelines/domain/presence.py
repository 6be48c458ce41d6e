"""Parts that work on one ledger: what each says of itself and its machine, and in what they should agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

UP, DAEMON, WEB, WORKER = "up", "daemon", "web", "worker"
BEAT_SECONDS = 60.0
FRESH_SECONDS = 3 * BEAT_SECONDS
MOST_SECONDS_OFF = (
    5.0  # leases go by the database's clock, deadlines and what people read by the machine's own
)
MOST_ROWS_BEHIND = 10_000  # of the history: half a minute of what takes them in

HOW_VERSIONS = (
    "upgrade what is older (docs/operating.md, Upgrading); old and new work beside each other until then"
)
HOW_CLOCKS = "set it by NTP: timedatectl set-ntp true, or chronyc makestep"
HOW_ALIKE = (
    "give all that play runs one image (deploy/Dockerfile pins browser and fonts); until then runs of the other one ask for "
    "a review of their environment"
)


@dataclass(frozen=True, slots=True)
class Presence:
    """What one part says of itself when it starts, and then every minute.

    Attributes:
        part: `up`, `daemon`, `web` or `worker`.
        place: Which of several of a host: its address, or its INSPECT_HOME.
        code: A hash of the product's own files, as they were when it started.
        revision: The newest schema of the ledger that its code knows.
        browser: `Chromium 140.0..`; empty: none is found.
        fonts: The hash that its pictures are stamped with.
        zone: The machine's time zone, `UTC+01:00`; nothing depends on it but what logs say.
        plays: Runs are played by it, so that browser and fonts count.
        rows_behind: Facts that its history lacked; None: another part keeps the history.
        clock_off: Seconds by which its clock is before the database's; negative: behind it.
        clock_bound: How far that may be wrong, either way, since asking takes time.
        seconds_ago: Since it said so, by the database's clock.
    """

    host: str
    part: str
    place: str
    version: str
    code: str
    revision: str
    python: str
    dagster: str
    browser: str
    fonts: str
    zone: str
    plays: bool
    rows_behind: int | None = None
    clock_off: float = 0.0
    clock_bound: float = 0.0
    seconds_ago: float = 0.0

    @property
    def is_there(self) -> bool:
        return self.seconds_ago < FRESH_SECONDS

    @property
    def is_off(self) -> bool:
        """Whatever it took to ask."""
        return abs(self.clock_off) - self.clock_bound > MOST_SECONDS_OFF

    @property
    def named(self) -> str:
        return f"{self.part} on {self.host}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One thing in which all parts should agree, or that they should have.

    Attributes:
        what: `versions`, `clocks`, ..
        found: How it is; who has what, where they differ.
        how: To mend it; empty where it holds.
    """

    what: str
    found: str
    how: str = ""

    @property
    def holds(self) -> bool:
        return not self.how


def agreements(told: Iterable[Presence], *, has_workers: bool) -> list[Agreement]:
    """Each thing that is to be equal, or near, or there.

    Args:
        told: All that said something lately.
        has_workers: Runs are played by workers, so there has to be one.
    """
    all_of_them = sorted(told, key=lambda one: (one.part, one.host, one.place))
    there = [one for one in all_of_them if one.is_there]
    playing = [one for one in there if one.plays]
    keeping = [one for one in there if one.rows_behind is not None]
    found = [_present(all_of_them, there, has_workers=has_workers)]
    if there:
        found += [
            _equal("versions", there, _version, HOW_VERSIONS),
            _equal("Python and Dagster", there, lambda one: f"{one.python}, {one.dagster}", HOW_VERSIONS),
            _clocks(there),
        ]
    if playing:
        found += [
            _equal("browsers", playing, lambda one: one.browser or "none", HOW_ALIKE),
            _equal("fonts", playing, lambda one: one.fonts or "none", HOW_ALIKE),
        ]
    if there:
        found.append(_history(keeping))
    return found


def _present(told: Sequence[Presence], there: Sequence[Presence], *, has_workers: bool) -> Agreement:
    gone = [one for one in told if not one.is_there]
    counts = {part: sum(one.part == part for one in there) for part in (UP, DAEMON, WEB, WORKER)}
    here = ", ".join(f"{count} {part}" for part, count in counts.items() if count) or "none is there"
    if gone:
        silent = ", ".join(f"{one.named} ({one.place}) for {one.seconds_ago / 60:.0f} min" for one in gone)
        how = "start it again there; what is gone for good is forgotten after a day"
        return Agreement("parts", f"{here}; not heard of: {silent}", how)
    if not counts[UP] + counts[DAEMON]:
        how = "nobody starts runs or sends messages: inspect-pipelines up, or daemon beside several web"
        return Agreement("parts", f"{here}; no up and no daemon", how)
    if has_workers and not counts[WORKER]:
        return Agreement("parts", f"{here}; no worker", "nobody plays runs: inspect-pipelines worker")
    return Agreement("parts", here)


def _version(one: Presence) -> str:
    return f"{one.version} ({one.code}, ledger {one.revision})"


def _equal(what: str, of: Sequence[Presence], value: Callable[[Presence], str], how: str) -> Agreement:
    groups: dict[str, list[str]] = {}
    for one in of:
        groups.setdefault(value(one), []).append(one.named)
    if len(groups) == 1:
        return Agreement(what, next(iter(groups)))
    return Agreement(
        what, "; ".join(f"{each}: {', '.join(dict.fromkeys(who))}" for each, who in groups.items()), how
    )


def _clocks(there: Sequence[Presence]) -> Agreement:
    if off := [one for one in there if one.is_off]:
        return Agreement("clocks", "; ".join(f"{one.named} {skew(one)}" for one in off), HOW_CLOCKS)
    worst = max(there, key=lambda one: abs(one.clock_off))
    return Agreement("clocks", f"at most {skew(worst)} ({worst.named})")


def skew(one: Presence) -> str:
    """`1.2 s ahead ± 0.1`, of the database's clock."""
    return f"{abs(one.clock_off):.2f} s {'ahead' if one.clock_off >= 0 else 'behind'} ± {one.clock_bound:.2f}"


def _history(keeping: Sequence[Presence]) -> Agreement:
    if not keeping:
        how = "the one of up or daemon takes facts into the history; look at its /health and web.log"
        return Agreement("history", "nobody keeps it up to date", how)
    least = min(keeping, key=lambda one: one.rows_behind or 0)
    behind = least.rows_behind or 0
    if behind > MOST_ROWS_BEHIND:
        how = "it catches up by itself where it is busy only; look at web.log of the one that keeps it"
        return Agreement("history", f"{behind:,} facts behind ({least.named})", how)
    return Agreement("history", f"{behind:,} facts behind ({least.named})")
