"""Debts: what each owner should look at by now, from the ledger and the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.any_of import named
from inspect_pipelines.domain.debt import (
    OF_RUNGS,
    Debt,
    DebtKind,
    told_of_drift,
    told_of_end,
    told_of_environment,
    told_of_ignored,
    told_of_review,
    told_of_rung,
    told_of_unneeded,
    told_of_variant,
)
from inspect_pipelines.domain.flakiness import MONTH
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.ownership import OwnerRule, owners_of_playbook, owners_of_views
from inspect_pipelines.domain.quarantine_end import ANNOUNCED_BEFORE
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.environments import EnvironmentReview, list_environments
from inspect_pipelines.queries.reviews import list_reviews
from inspect_pipelines.queries.steadiness import steadiness_of_definition
from inspect_pipelines.queries.variants import VariantSummary, variants_of

PAGE = 200
SET_ASIDE = (DecisionKind.QUARANTINE, DecisionKind.IGNORE)


def list_debts(house: House, *, now: datetime) -> list[Debt]:
    """All of an organisation's, in no order; of definitions that are switched off or only observe, nothing but reviews.

    It asks the history about those definitions alone that may have something to tell.
    """
    environments = list_environments(house)
    with house.ledger.read() as ledger:
        watched = [one for one in ledger.definitions.all() if one.enabled and not one.plan.observe]
        books = _Books(ledger, ledger.organizations.find().owners)
        found = [*_drifting(books, watched, now), *_ending(books, now), *_ignoring(books, watched, now)]
        found += _of_environments(books, environments)
    return [*_waiting(house, now), *found, *_on_rungs(house, watched, now)]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the last run of a definition showed, for the routes of its views."""

    definition_id: DefinitionId
    run_id: RunId
    sessions: Sequence[SessionResult]


@dataclass(frozen=True, slots=True)
class _Books:
    """Who owns what, as far as the ledger knows."""

    ledger: LedgerSession
    rules: Sequence[OwnerRule]

    def seen(self, definition_id: DefinitionId) -> _Seen | None:
        """None: it never passed or failed."""
        runs = self.ledger.runs.latest(
            definition_id=definition_id, status=(RunStatus.PASSED, RunStatus.FAILED), limit=1
        )
        if not runs:
            return None
        return _Seen(definition_id, runs[0].id, self.ledger.evidence.sessions(runs[0].id))

    def owners(self, seen: _Seen, views: Iterable[View]) -> tuple[str, ...]:
        return owners_of_views(self.rules, seen.definition_id, seen.sessions, views)


def _waiting(house: House, now: datetime) -> Iterator[Debt]:
    cursor = None
    while True:
        page = list_reviews(house, ReviewState.WAITING, is_single=True, cursor=cursor, limit=PAGE)
        for one in page.items:
            review = one.review
            sentence = told_of_review(
                review.definition_id, review.context, one.changed_views, since=review.opened_at, now=now
            )
            yield Debt(
                DebtKind.REVIEW, review.definition_id, review.run_id, sentence, one.owners, review.opened_at
            )
        cursor = page.next_cursor
        if cursor is None:
            return


def _of_environments(books: _Books, environments: Iterable[EnvironmentReview]) -> Iterator[Debt]:
    """One each, of whoever owns a view that it touches."""
    for one in environments:
        sessions = books.ledger.evidence.sessions_of([run.run_id for run in one.runs])
        owners = [
            name
            for run in one.runs
            for name in books.owners(
                _Seen(run.definition_id, run.run_id, sessions.get(run.run_id, ())),
                [each.view for each in run.views],
            )
        ]
        first, sentence = one.runs[0], told_of_environment(len(one.definitions), one.changes)
        yield Debt(
            DebtKind.REVIEW,
            first.definition_id,
            first.run_id,
            sentence,
            tuple(dict.fromkeys(owners)),
            one.since,
        )


def _on_rungs(house: House, watched: Iterable[Definition], now: datetime) -> Iterator[Debt]:
    """A playbook is told of where none of its views says why."""
    known = {one.id for one in watched}
    try:
        rows = house.history.frame(
            "unsteady_definitions", org_id=house.org_id, since=(now - MONTH).isoformat()
        )
    except NotFound:  # nothing ever ran in this home
        return
    for name in rows["definition_id"]:
        found = steadiness_of_definition(house, name, now=now) if name in known else None
        if found is None:
            continue
        with house.ledger.read() as ledger:
            books = _Books(ledger, ledger.organizations.find().owners)
            seen = books.seen(found.definition_id)
        if seen is None:
            continue
        told = set()
        for one in found.views:
            if sentence := told_of_rung(one.name, one.rung, one.week, one.month):
                view = View.parse(one.name)
                told.add(view.playbook)
                owners = books.owners(seen, [view])
                yield Debt(OF_RUNGS[one.rung], seen.definition_id, seen.run_id, sentence, owners)
        for one in found.playbooks:
            sentence = told_of_rung(f"playbook {one.name}", one.rung, one.week, one.month)
            if sentence and one.name not in told:
                owners = owners_of_playbook(books.rules, one.name, seen.definition_id)
                yield Debt(OF_RUNGS[one.rung], seen.definition_id, seen.run_id, sentence, owners)


def _drifting(books: _Books, watched: Iterable[Definition], now: datetime) -> Iterator[Debt]:
    """Views of each set, and their variants, once, however many definitions share it."""
    sets: set[str] = set()
    for one in watched:
        name = one.plan.baseline.set or one.id
        if name in sets:
            continue
        sets.add(name)
        tracks, active = books.ledger.drift_tracks.of(name), books.ledger.baselines.active(name)
        several = [
            (each, kind, said)
            for each in variants_of(active, tracks, now=now)
            for kind, said in _of_variant(each, now)
        ]
        if several and (seen := books.seen(one.id)) is not None:
            for each, kind, said in several:
                yield Debt(kind, one.id, seen.run_id, said, books.owners(seen, [each.view]))
        told = [
            (view, said)
            for view in sorted(tracks)
            for letter, track in sorted(tracks[view].items())
            if (said := told_of_drift(named(view, letter), track, now))
        ]
        if told and (seen := books.seen(one.id)) is not None:
            for view, said in told:
                yield Debt(DebtKind.DRIFT, one.id, seen.run_id, said, books.owners(seen, [view]))


def _of_variant(one: VariantSummary, now: datetime) -> Iterator[tuple[DebtKind, str]]:
    if one.unneeded:
        yield DebtKind.UNNEEDED, told_of_unneeded(one.view, one.letter, one.unneeded)
    elif one.until is not None and one.until <= now + ANNOUNCED_BEFORE:
        yield DebtKind.ENDING, told_of_variant(one.view, one.letter, one.until, one.approved_by)


def _ending(books: _Books, now: datetime) -> Iterator[Debt]:
    """Whoever looks after a quarantine owes it; else the view's owners do."""
    decisions = books.ledger.decisions.ending(SET_ASIDE, before=now + ANNOUNCED_BEFORE, now=now)
    runs = books.ledger.runs.of([one.run_id for one in decisions])
    for one in decisions:
        run = runs.get(one.run_id)
        if run is None:
            continue
        seen = _Seen(run.definition_id, run.id, books.ledger.evidence.sessions(run.id))
        owners = (one.owner.removeprefix("@"),) if one.owner else books.owners(seen, [one.shown.view])
        yield Debt(DebtKind.ENDING, run.definition_id, run.id, told_of_end(one), owners)


def _ignoring(books: _Books, watched: Iterable[Definition], now: datetime) -> Iterator[Debt]:
    """Entries of a playbook that several definitions play are told once."""
    today, told = now.date(), set[str]()
    for one in watched:
        for playbook in one.plan.playbooks:
            for entry in playbook.findings.ignore:
                if entry.until is None or not today <= entry.until < today + ANNOUNCED_BEFORE:
                    continue
                said = told_of_ignored(playbook.id, entry)
                if said in told or (seen := books.seen(one.id)) is None:
                    continue
                told.add(said)
                owners = owners_of_playbook(books.rules, playbook.id, one.id)
                yield Debt(DebtKind.ENDING, one.id, seen.run_id, said, owners)
