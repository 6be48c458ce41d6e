"""A run's page: what it does or did, its verdict with the reasons, its pictures, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.against import side_labels
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.retry import RetryClass, deciding
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.comments import requests_for
from inspect_pipelines.queries.dossier import Dossier, show_past_run, show_run
from inspect_pipelines.queries.report import OUTCOME_WORDS, Tone
from inspect_pipelines.queries.reviews import review_with
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.queries.session_card import WHY, SessionCard, session_card
from inspect_pipelines.queries.window import window_of
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.shell import Shell

ASKS = (RunStatus.NEEDS_REVIEW, RunStatus.FAILED)  # people, of what such runs show
FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Tile:
    """A view of the run, with what was made of it."""

    view: View
    word: str
    tone: Tone
    sentence: str
    old: Sha256 | None
    new: Sha256 | None
    overlay: Sha256 | None
    score: float | None  # None: it was not compared
    labels: tuple[str, str]  # of the old picture and the new one
    was_run: bool = True  # False: the run was asked for other views


@dataclass(frozen=True, slots=True)
class Played:
    """A session, and which attempt at its playbook it was."""

    card: SessionCard
    attempt: int
    why: str  # there was another attempt; empty for the first
    findings: tuple[Finding, ...]


def run(shell: Shell) -> APIRouter:
    """`GET /runs/{run_id}`."""
    router = APIRouter()

    @router.get("/runs/{run_id}", response_class=HTMLResponse)
    @is_for(permitted(Permission.RUNS_READ))
    def one(run_id: str, request: Request) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: _dossier(house, RunId(run_id)))
        seen, dossier = present(found, "run", run_id)
        tiles = list(tiles_of(dossier))
        review = review_with(seen.house, dossier.run.id) if dossier.run.status in ASKS else None
        return shell.page(
            seen,
            "run.html.j2",
            dossier=dossier,
            run=dossier.run,
            window=window_of(seen.house, dossier.run.id) if seen.may(Permission.PICTURES_READ) else None,
            requests=requests_for(seen.house, dossier.run.id) if review else (),
            is_fresh=_is_fresh(dossier, seen.house.clock.now()),
            review=review,
            waiting=[] if review is None else [str(view) for view in review.waiting_views],
            reasons=dossier.run.reason.splitlines(),
            attention=[tile for tile in tiles if tile.was_run and tile.tone is not Tone.GOOD],
            quiet=[tile for tile in tiles if tile.tone is Tone.GOOD],
            not_run=[tile.view for tile in tiles if not tile.was_run],
            played=[_played(session) for session in dossier.sessions],
        )

    return router


def _is_fresh(dossier: Dossier, now: datetime) -> bool:
    """Whether it has just ended, so that its report and its messages are still to come."""
    ended = dossier.run.completed_at
    return ended is not None and not dossier.report_is_written and now - ended < FRESH


def _dossier(house: House, run_id: RunId) -> Dossier | None:
    current = current_run(house, run_id)
    return show_past_run(house, run_id) if current is None else show_run(house, current)


def tiles_of(dossier: Dossier) -> Iterator[Tile]:
    """The views, those that need a look first; where nothing was compared, what was photographed."""
    order = list(OUTCOME_WORDS)
    compared = sorted(
        dossier.comparisons, key=lambda c: (c.passed, c.looks_as_approved, order.index(c.outcome), -c.score)
    )
    for one in compared:
        word, tone = OUTCOME_WORDS[one.outcome]
        yield Tile(
            one.view,
            word,
            Tone.GOOD if one.passed and one.was_run else tone,
            one.sentence,
            one.old_sha256,
            one.new_sha256,
            one.overlay_sha256,
            one.score if one.was_run else None,
            side_labels(dossier.sessions, one.view.playbook),
            one.was_run,
        )
    if not any(one.was_run for one in compared):
        waits = dossier.run.status is RunStatus.NEEDS_REVIEW
        word, tone = ("New view", Tone.LOOK) if waits else ("Not compared", Tone.NEUTRAL)
        sentence = "nothing is approved for this view yet" if waits else "it was not compared with anything"
        for session in deciding(dossier.sessions):
            beside = {each.view: each.sha256 for each in session.beside.screenshots} if session.beside else {}
            labels = side_labels([session], session.playbook)
            for shot in session.screenshots:
                yield Tile(
                    shot.view, word, tone, sentence, beside.get(shot.view), shot.sha256, None, None, labels
                )


def _played(session: SessionResult) -> Played:
    why = WHY[RetryClass(session.cause)] if session.cause else ""
    return Played(session_card(session), session.attempt, why, session.findings)
