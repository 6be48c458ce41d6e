"""Sweep: let go what is older than its organisation keeps it, and the pictures that nothing refers to then.

First the ledger forgets, run by run and in short transactions, then files go: whoever dies in between leaves files that the
next sweep finds, and never a name without its file. What was stored, or kept anew, within a day is left alone: its run is
about to tell the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from inspect_pipelines.domain.audit import SERVICE
from inspect_pipelines.domain.ids import BaselineId, EventId, OrgId, RunId, Sha256
from inspect_pipelines.domain.retention import SWEPT, Gone, Kind, facts_until, longest, telling
from inspect_pipelines.errors import InspectError, Unavailable
from inspect_pipelines.facts.forgotten import FORGOTTEN, forgotten_facts
from inspect_pipelines.ports.history import OldFacts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.history.hold import hold
from inspect_pipelines.usecases.pictures.prune import YOUNGEST

KNOWN_FOR = timedelta(days=7)  # a delivery's id, at the least: services send again what was not acknowledged
AT_ONCE = 100  # rows a transaction: others wait for it some milliseconds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Due:
    """What of one organisation is to go."""

    org_id: OrgId
    thinned: Mapping[RunId, frozenset[Sha256]]  # what is kept of each
    emptied: Mapping[RunId, int]  # bytes
    released: Sequence[BaselineId]
    events: Sequence[EventId]
    messages: Sequence[str]
    facts: OldFacts
    sentence: str  # in the place of a picture
    problem: str  # why something of it stays; empty: nothing does

    def without(self, runs: Collection[RunId], problem: str) -> Due:
        """What is to go when these runs stay."""
        thinned = {run_id: shas for run_id, shas in self.thinned.items() if run_id not in runs}
        emptied = {run_id: size for run_id, size in self.emptied.items() if run_id not in runs}
        said = "; ".join(one for one in (self.problem, problem) if one)
        return replace(self, thinned=thinned, emptied=emptied, problem=said)


@dataclass(frozen=True, slots=True)
class Swept:
    gone: tuple[Gone, ...]  # of every kind one, also where it is none
    kept: int  # pictures and files that something refers to
    held: str = ""  # why nothing was let go of; empty: it was
    problem: str = ""  # why something that is due stays for now; empty: nothing does

    @property
    def size_bytes(self) -> int:
        return sum(one.size_bytes for one in self.gone)


def sweep(
    houses: Sequence[House],
    *,
    now: datetime,
    by: str = SERVICE,
    is_dry_run: bool = False,
    trusts_clock: bool = False,
    payload_days: int | None = None,
) -> Swept:
    """Let go what is due in every organisation of a home, or only tell what a sweep at this moment would.

    Args:
        houses: All of the home; pictures are stored once for all of them.
        now: Aware; what is kept for n days goes when it is older.
        by: Who asks; it stands in every organisation's audit, with what went.
        is_dry_run: Change nothing.
        trusts_clock: Also when the clock has leapt since the last sweep.
        payload_days: How long payloads are kept; None: as long as the organisation which keeps them longest says.
    """
    if not (is_dry_run or trusts_clock) and (why := hold(houses, now=now, by=by)):
        return Swept((), 0, why)
    due, reports = _sweep_reports(houses, [due_of(house, now) for house in houses], is_dry_run=is_dry_run)
    if not is_dry_run:
        for house, one in zip(houses, due, strict=True):
            _forget(house, one, now)
    if not houses:
        return Swept((), 0)
    pictures, files, kept = _sweep_files(houses[0], due, now, is_dry_run=is_dry_run)
    evidence = sum(size for one in due for size in one.emptied.values())
    gone = (
        pictures,
        files,
        reports,
        Gone(Kind.EVIDENCE, sum(len(one.emptied) for one in due), evidence),
        Gone(Kind.BASELINES, sum(len(one.released) for one in due)),
        Gone(Kind.EVENTS, sum(len(one.events) for one in due)),
        Gone(Kind.MESSAGES, sum(len(one.messages) for one in due)),
        _sweep_payloads(houses, now, payload_days, is_dry_run=is_dry_run),
        Gone(Kind.FACTS, sum(one.facts.runs for one in due), sum(one.facts.size_bytes for one in due)),
    )
    if not is_dry_run:
        for house in houses:
            with house.ledger.write() as ledger:
                ledger.audit.append(SWEPT, "home", by=by, at=now, detail=in_words(gone))
    return Swept(gone, kept, problem="; ".join(one.problem for one in due if one.problem))


def in_words(gone: Sequence[Gone]) -> str:
    """`pictures: 12 (3.4 MB), events: 2`, without what there was none of."""
    told = [
        f"{one.kind.value}: {one.count}" + (f" ({one.size_bytes / 1e6:.1f} MB)" if one.size_bytes else "")
        for one in gone
        if one.count
    ]
    return ", ".join(told) or "nothing was due"


def due_of(house: House, now: datetime) -> Due:
    """What of an organisation is older than it keeps it."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    with house.ledger.read() as ledger:
        kept = ledger.organizations.find().retention
    until = facts_until(kept, now)
    facts, problem = OldFacts(), ""
    try:
        facts = house.history.old_facts(house.org_id, until) if until else facts
    except InspectError as error:  # a damaged history must not keep pictures until the disk is full
        problem = f"old facts of {house.org_id!r} were left alone: {error}"
    with house.ledger.read() as ledger:
        emptied = ledger.expiry.to_empty(ended_before=before(kept.evidence))
        bare = ledger.expiry.to_bare(ended_before=before(kept.failing_pictures))
        thin = ledger.expiry.to_thin(ended_before=before(kept.passing_pictures))
        thinned: dict[RunId, frozenset[Sha256]] = {one: frozenset() for one in bare if one not in emptied}
        for run_id, has_passed in thin.items():
            if run_id not in emptied and run_id not in thinned:
                thinned[run_id] = _telling(ledger, run_id, has_passed=has_passed)
        return Due(
            house.org_id,
            thinned,
            emptied,
            ledger.expiry.to_release(retired_before=before(kept.replaced_baselines)),
            ledger.expiry.events(before=before(kept.events)),
            ledger.expiry.messages(before=before(kept.messages)),
            facts,
            f"Reports show pictures of views that passed for {kept.passing_pictures} days, of failures for {kept.failing_pictures}",
            problem,
        )


def _telling(ledger: LedgerSession, run_id: RunId, *, has_passed: bool) -> frozenset[Sha256]:
    return telling(
        ledger.evidence.sessions(run_id), ledger.evidence.comparisons(run_id), has_passed=has_passed
    )


def _sweep_reports(
    houses: Sequence[House], due: Sequence[Due], *, is_dry_run: bool
) -> tuple[list[Due], Gone]:
    """Pages of runs go without the pictures that their runs let go of, before the ledger forgets which those are.

    A run whose page cannot be written waits for the next sweep, with all that it refers to.
    """
    pages = size = 0
    rest = []
    for house, one in zip(houses, due, strict=True):
        wanted = {**one.thinned, **dict.fromkeys(one.emptied, frozenset[Sha256]())}
        for runs in _some(wanted):
            try:
                done = house.reports.let_go(
                    {run_id: wanted[run_id] for run_id in runs}, one.sentence, is_dry_run=is_dry_run
                )
            except Unavailable as error:
                one = one.without(runs, f"{len(runs)} of the runs keep their pictures: {error}")
            else:
                pages, size = pages + done[0], size + done[1]
        rest.append(one)
    return rest, Gone(Kind.REPORTS, pages, size)


def _forget(house: House, due: Due, now: datetime) -> None:
    """Each transaction is whole by itself: whoever is interrupted goes on with the next sweep."""
    for runs in _some(due.thinned):
        with house.ledger.write() as ledger:
            ledger.expiry.thin({run_id: due.thinned[run_id] for run_id in runs}, at=now)
    for runs in _some(due.emptied):
        with house.ledger.write() as ledger:
            ledger.expiry.empty(runs, at=now)
    for baselines in _some(due.released):
        with house.ledger.write() as ledger:
            ledger.expiry.release(baselines, at=now)
    for events in _some(due.events):
        with house.ledger.write() as ledger:
            ledger.expiry.forget_events(events)
    for messages in _some(due.messages):
        with house.ledger.write() as ledger:
            ledger.expiry.forget_messages(messages)
    # told as facts are: whoever owns the history takes them in one after the other
    for before in due.facts.ends:
        with house.ledger.write() as ledger:
            ledger.expiry.forget_facts(before=before)
            ledger.journal.append(FORGOTTEN, forgotten_facts(house.org_id, before), at=now)


def _sweep_payloads(houses: Sequence[House], now: datetime, days: int | None, *, is_dry_run: bool) -> Gone:
    """Of the one inbox of a home, so that its longest wish holds; what was not taken in yet stays."""
    if days is None:
        retentions = []
        for house in houses:
            with house.ledger.read() as ledger:
                retentions.append(ledger.organizations.find().retention)
        days = longest(retentions).payloads
    keep, inbox = timedelta(days=days), houses[0].inbox
    count, size = inbox.prune(before=now - keep, is_dry_run=is_dry_run)
    if not is_dry_run:
        inbox.forget(before=now - max(keep, KNOWN_FOR))
    return Gone(Kind.PAYLOADS, count, size)


def _sweep_files(
    house: House, due: Sequence[Due], now: datetime, *, is_dry_run: bool
) -> tuple[Gone, Gone, int]:
    """What nothing refers to once all of that is forgotten, as it is now: others tell the ledger meanwhile."""
    runs = {(one.org_id, run_id) for one in due for run_id in (*one.thinned, *one.emptied)}
    released = {(one.org_id, baseline_id) for one in due for baseline_id in one.released}
    with house.ledgers.read() as ledgers:
        kept = (
            ledgers.pictures.referenced(but_runs=runs, but_baselines=released)
            if is_dry_run
            else ledgers.pictures.referenced()
        )
    kept |= {sha for one in due for shas in one.thinned.values() for sha in shas}
    oldest = now - YOUNGEST
    pictures = house.gallery.prune(kept, older_than=oldest, is_dry_run=is_dry_run)
    files = house.evidence_files.prune(kept, older_than=oldest, is_dry_run=is_dry_run)
    return Gone(Kind.PICTURES, *pictures), Gone(Kind.FILES, *files), len(kept)


def _some(of: Collection[T]) -> Iterator[list[T]]:
    every = list(of)
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))
