"""A bisection: which of several commits is the first that shows what a run failed by, where some of them cannot be tried."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.cause import CauseKind

SHA_SHOWN = 12  # characters of a commit


@dataclass(frozen=True, slots=True)
class Trial:
    """One commit, played.

    Attributes:
        at: Which of the commits, from 0.
        shows: What of the run's symptoms it shows, and others; None: it could not be tried.
        why: Why not; empty: it could.
    """

    at: int
    shows: frozenset[str] | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Culprit:
    """Where one symptom came from.

    Attributes:
        symptom: A view, or the place of a finding.
        suspects: Places of commits, oldest first; the last of them shows it. One of them is the first that does.
        is_seen: The newest commit's preview showed it when it was tried; False: it did not, so it does not come of a
            commit, or only where the run looked; None: it could not be tried, and the run is what shows it.
        has_good: Whether an older commit of these was seen without it; else what is approved stands for that.
    """

    symptom: str
    suspects: tuple[int, ...]
    is_seen: bool | None
    has_good: bool

    @property
    def first(self) -> int | None:
        """The one commit that shows it first; None: there are several suspects, or none."""
        return self.suspects[0] if len(self.suspects) == 1 else None


def symptoms_of(keys: Iterable[str]) -> frozenset[str]:
    """What a cause is made of, without what may differ from preview to preview: kinds of a view's change, routes of findings."""
    found = set()
    for key in keys:
        kind, _, rest = key.partition(" ")
        found.add(rest.rpartition(" ")[0] if kind == CauseKind.VISUAL else " ".join(rest.split(" ")[:2]))
    return frozenset(found)


def next_to_try(count: int, trials: Sequence[Trial], symptoms: Collection[str]) -> int | None:
    """Which commit to play next; None: no further one would tell more.

    The newest first, since all the others are only asked when it shows the change at its preview, too. Then the one nearest
    to the middle of what is left of some symptom, that was not tried yet.

    Args:
        count: Of commits, at least one.
        trials: In the order in which they were made.
    """
    tried = {trial.at for trial in trials}
    if count - 1 not in tried:
        return count - 1
    for symptom in sorted(symptoms):
        if _is_seen(count, trials, symptom) is False:
            continue
        good, bad = _bounds(count, trials, symptom)
        left = [at for at in range(good + 1, bad) if at not in tried]
        if left:
            return min(left, key=lambda at: (abs(2 * at - good - bad), at))
    return None


def culprits(count: int, trials: Sequence[Trial], symptoms: Collection[str]) -> tuple[Culprit, ...]:
    """What the trials say of each symptom, by its name."""
    found = []
    for symptom in sorted(symptoms):
        is_seen = _is_seen(count, trials, symptom)
        good, bad = _bounds(count, trials, symptom)
        suspects = () if is_seen is False else tuple(range(good + 1, bad + 1))
        found.append(Culprit(symptom, suspects, is_seen, good >= 0))
    return tuple(found)


def _is_seen(count: int, trials: Sequence[Trial], symptom: str) -> bool | None:
    newest = next((trial for trial in trials if trial.at == count - 1), None)
    return None if newest is None or newest.shows is None else symptom in newest.shows


def _bounds(count: int, trials: Sequence[Trial], symptom: str) -> tuple[int, int]:
    """The newest commit without it (-1: what is approved) and the oldest one with it, between which it came.

    A commit outside of the two says nothing new: what came, went and came again is followed to where it came last.
    """
    good, bad = -1, count - 1
    for trial in trials:
        if trial.shows is None or not good < trial.at < bad:
            continue
        if symptom in trial.shows:
            bad = trial.at
        else:
            good = trial.at
    return good, bad
