"""How long what is kept, kind by kind, and which pictures of a run are worth the longer time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.session import SessionResult

SWEPT = "retention.swept"  # the deeds, in the audit
HELD = "retention.held"
LEAP = timedelta(days=10)  # a machine may be off for a week, and the shortest window of pictures is two
SHORTEST_MONTH = 28  # days
TO_NOTICE = timedelta(hours=12)  # a clock that a machine woke up with is set right long before


@dataclass(frozen=True, slots=True)
class Retention:
    """In whole days after a run has ended, or something was told or replaced; facts in months."""

    failing_pictures: int = 90  # traces, films and network logs of runs that did not pass as well
    passing_pictures: int = 14  # then their hashes tell what was seen
    replaced_baselines: int = 365  # pictures of a baseline that is in use no more
    evidence: int = 90  # what sessions and comparisons of a run said, in the ledger
    events: int = 30
    messages: int = 90  # and the attempts to deliver them
    payloads: int = 30  # of deliveries, as they came
    dagster_debug: int = 7  # lines of Dagster's event log; one log for all organisations: the longest holds
    dagster_runs: int = 60  # Dagster's own runs, with all that their event logs say
    facts: int | None = None  # months, in the history; None: for ever


class Kind(StrEnum):
    """What a sweep counts; the values are what people read."""

    PICTURES = "pictures"
    FILES = "traces, films and network logs"
    REPORTS = "reports with pictures"
    EVIDENCE = "evidence of runs"
    BASELINES = "replaced baselines"
    EVENTS = "events"
    MESSAGES = "messages"
    PAYLOADS = "payloads of webhooks"
    FACTS = "runs' facts"
    DEBUG_LINES = "debug lines of Dagster"
    DAGSTER_RUNS = "runs of Dagster"


@dataclass(frozen=True, slots=True)
class Gone:
    """So much of a kind was forgotten, or would be."""

    kind: Kind
    count: int
    size_bytes: int = (
        0  # 0 where nobody can tell: rows of a database give their room back to it, not to the disk
    )


def telling(
    sessions: Sequence[SessionResult], comparisons: Sequence[Comparison], *, has_passed: bool
) -> frozenset[Sha256]:
    """The pictures and files of a run that show more than what was approved anyway.

    Of a run that passed: what findings show, and views that passed only because somebody said so. Of any other: all but
    the views that look as approved; what nobody compared may be what it failed for.
    """
    odd = {sha for one in comparisons if not one.looks_as_approved for sha in one.pictures}
    odd |= {sha for session in sessions for sha in _of_findings(session)}
    if has_passed:
        return frozenset(odd)
    calm = {sha for one in comparisons if one.looks_as_approved for sha in one.pictures}
    every = {sha for session in sessions for sha in _of_session(session)}
    return frozenset(odd | (every - calm))


def longest(of: Iterable[Retention]) -> Retention:
    """Of what a home has but once, all its organisations' wishes hold: each kind as long as the longest."""
    found = list(of) or [Retention()]
    names = [name for name in Retention.__dataclass_fields__ if name != "facts"]
    facts = [one.facts for one in found if one.facts is not None]
    kept = {name: max(getattr(one, name) for one in found) for name in names}
    return Retention(**kept, facts=max(facts) if len(facts) == len(found) else None)


def facts_until(kept: Retention, now: datetime) -> datetime | None:
    """The end, exclusive, of what goes from the history: the first moment of a month, since whole months go. None: nothing does.

    Args:
        kept: How long.
        now: Aware; months are those of UTC.
    """
    if kept.facts is None:
        return None
    today = now.astimezone(UTC)
    months = today.year * 12 + today.month - 1 - kept.facts
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def leapt(now: datetime, *, swept: datetime | None, held: datetime | None) -> timedelta | None:
    """How far the clock went since the last sweep, when it may be the clock that is wrong; None: go on.

    Nothing that a sweep lets go of comes back, so the first one after a leap only says so. The next one, half a day later
    by the same clock, goes on.

    Args:
        now: Aware, as all of them.
        swept: When the last sweep was, by the clock of then; None: there was none.
        held: When one was held back since then; None: none was.
    """
    if swept is None or now - swept <= LEAP:
        return None
    if held is not None and TO_NOTICE <= now - held <= LEAP:
        return None
    return now - swept


def too_short(kept: Retention) -> tuple[tuple[str, str], ...]:
    """What cannot hold together: (key, sentence)."""
    found = []
    if kept.passing_pictures > kept.failing_pictures:
        found.append(
            (
                "passing_pictures",
                (
                    f"'{kept.passing_pictures}' days are longer than failing_pictures, {kept.failing_pictures}; "
                    "pictures that show a failure are kept at least as long"
                ),
            )
        )
    if kept.failing_pictures > kept.evidence:
        found.append(
            (
                "failing_pictures",
                (
                    f"'{kept.failing_pictures}' days are longer than evidence, {kept.evidence}, without which nobody "
                    "knows what they show; raise evidence, or keep them as long as that"
                ),
            )
        )
    if kept.facts is not None and kept.facts * SHORTEST_MONTH < kept.evidence:
        found.append(
            (
                "facts",
                (
                    f"'{kept.facts}mo' are shorter than evidence, {kept.evidence} days, which nobody finds without them; "
                    "keep facts longer, or evidence shorter"
                ),
            )
        )
    return tuple(found)


def _of_session(session: SessionResult) -> Iterator[Sha256]:
    yield from (shot.sha256 for shot in session.screenshots)
    yield from (file.sha256 for file in session.files if file.sha256)
    if session.beside is not None:
        yield from (shot.sha256 for shot in session.beside.screenshots)


def _of_findings(session: SessionResult) -> Iterator[Sha256]:
    beside = session.beside.findings if session.beside is not None else ()
    yield from (finding.screenshot for finding in (*session.findings, *beside) if finding.screenshot)
