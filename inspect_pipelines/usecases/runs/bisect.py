"""Bisect: play a failed run again by commit, at each commit's preview, until the first one that shows the failure is known.

Nothing of it is kept: no run, no picture, no message. What is approved is read, and never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.against import at_address
from inspect_pipelines.domain.baseline import Baseline, concerning
from inspect_pipelines.domain.bisection import Culprit, Trial, culprits, next_to_try, symptoms_of
from inspect_pipelines.domain.cause import cause_of
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.playbook import BROWSER, Playbook, VariableType
from inspect_pipelines.domain.preview import other_build, preview_address
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Pictures
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.sessions import Sessions
from inspect_pipelines.usecases.pictures.approved_for import judged_by
from inspect_pipelines.usecases.pictures.compare import compare

TESTABLE = (SessionStatus.COMPLETED, SessionStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Case:
    """A run that failed, and what is played of it.

    Attributes:
        commits: Oldest first.
        addresses: Of their previews.
        requests: Of the playbooks that show a symptom.
        baseline: What is approved now.
    """

    run: Run
    definition: Definition
    commits: tuple[str, ...]
    addresses: tuple[str, ...]
    symptoms: frozenset[str]
    requests: tuple[SessionRequest, ...]
    baseline: Baseline | None


@dataclass(frozen=True, slots=True)
class Bisected:
    """What the plays said.

    Attributes:
        trials: In their order.
        culprits: One a symptom.
    """

    run_id: RunId
    commits: tuple[str, ...]
    trials: tuple[Trial, ...]
    culprits: tuple[Culprit, ...]

    @property
    def is_named(self) -> bool:
        """Whether one commit is named for everything that the run failed by."""
        return all(one.first is not None for one in self.culprits)


def case_of(house: House, run: Run, *, commits: Sequence[str] = (), template: str = "") -> Case:
    """What is to be played, checked before anything is.

    Args:
        commits: Oldest first; empty: those of the events that became the run.
        template: Of previews' addresses; empty: the definition's.

    Raises:
        NotFound: The definition is gone.
        Refused: The run did not fail by what a site shows.
        UsageError: No commits are known, no template is, or it leads to where no playbook may go.
    """
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(run.definition_id)
        if definition is None:
            raise NotFound(
                f"run {run.id!r} cannot be played again: its definition {run.definition_id!r} is gone"
            )
        sessions = deciding(ledger.evidence.sessions(run.id))
        comparisons = ledger.evidence.comparisons(run.id)
        baseline = concerning(judged_by(ledger, definition, run), sessions, definition, run.selection)
    if run.status is not RunStatus.FAILED or run.against:
        how = "was compared with another address" if run.against else f"is {run.status.value!r}"
        raise Refused(
            f"run {run.id!r} {how}, and only what failed came of a commit; choose one with: runs list --failed"
        )
    cause = cause_of(run, definition, sessions, comparisons, run.reason.splitlines())
    symptoms = symptoms_of(cause.keys if cause else ())
    known = _commits(run, commits)
    pattern = template or definition.plan.preview_url
    if not pattern:
        raise UsageError(
            f"nobody said where previews of {run.definition_id!r} answer; give it with --preview, or write preview_url into "
            "the definition, as in https://{{short_commit}}.preview.example.com"
        )
    addresses = tuple(
        preview_address(pattern, one, run.variables, definition.plan.allowed_hosts) for one in known
    )
    books = {symptom.partition("/")[0] for symptom in symptoms}
    requests = tuple(one for one in session_requests(run, definition) if one.playbook.id in books)
    if not requests:
        raise Refused(
            f"run {run.id!r} failed by nothing that one of its playbooks shows: {run.reason.splitlines()[0]}"
        )
    for one in requests:
        if one.playbook.runner not in (None, BROWSER):
            raise UsageError(
                f"playbook {one.playbook.id!r} is played by {one.playbook.runner!r}, and only a browser of ours plays it at previews"
            )
        at_address(one, addresses[-1])  # says here what cannot be played elsewhere
    return Case(run, definition, known, addresses, symptoms, requests, baseline)


def bisect(
    case: Case,
    sessions: Sessions,
    pictures: Pictures,
    clock: Clock,
    *,
    told: Callable[[Trial], None] = lambda trial: None,
) -> Bisected:
    """Play commits until no further one would tell more.

    Args:
        sessions: Apart from the home's.
        pictures: Where these put theirs, and the approved ones are.
        told: Hears of each commit when it was played.
    """
    trials: list[Trial] = []
    while (at := next_to_try(len(case.commits), trials, case.symptoms)) is not None:
        trials.append(_tried(case, at, sessions, pictures, clock))
        told(trials[-1])
    found = culprits(len(case.commits), trials, case.symptoms)
    return Bisected(case.run.id, case.commits, tuple(trials), found)


class BothGalleries:
    """Pictures that are put into one gallery, and looked for in another one, too."""

    def __init__(self, own: Pictures, home: Pictures) -> None:
        self._own, self._home = own, home

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        return self._own.put(png, with_rows=with_rows)

    def rows(self, sha256: Sha256) -> bytes | None:
        own = self._own.rows(sha256)
        return self._home.rows(sha256) if own is None else own

    def get(self, sha256: Sha256) -> bytes:
        try:
            return self._own.get(sha256)
        except NotFound:
            return self._home.get(sha256)


def _commits(run: Run, given: Sequence[str]) -> tuple[str, ...]:
    texts = given or (run.variables.get("commit_shas") or run.variables.get("commit_sha") or "").splitlines()
    known = tuple(dict.fromkeys(normalised(VariableType.SHA, one) for one in texts if one.strip()))
    if not known:
        raise UsageError(
            f"run {run.id!r} knows no commits: no event brought any; name them, the oldest first, with --commit SHA --commit SHA"
        )
    return known


def _tried(case: Case, at: int, sessions: Sessions, pictures: Pictures, clock: Clock) -> Trial:
    """One commit: what it shows twice, as in a run, where a view that differs has to differ at another look, too."""
    shown: frozenset[str] | None = None
    for attempt in (1, 2):
        played = [
            sessions.play(
                replace(
                    at_address(one, case.addresses[at]),
                    id=f"bisect.{at}.{number}.{attempt}",
                    run_id=f"bisect-{case.run.id}",
                ),
                deadline=clock.now() + timedelta(minutes=case.run.timeout_minutes),
            )
            for number, one in enumerate(case.requests, start=1)
        ]
        if why := _untestable(case, case.commits[at], played):
            return Trial(at, None, why)
        shows = _symptoms(case, played, pictures)
        shown = shows if shown is None else shown & shows
        if not shown & case.symptoms:
            break
    return Trial(at, shown)


def _untestable(case: Case, commit: str, played: Sequence[SessionResult]) -> str:
    """Why what was played says nothing of the commit; empty: it does.

    Where no preview is, many hosts show a page of their own: what does not answer at its first page is none.
    """
    doors = {_first_opened(each.playbook) for each in case.requests}
    for one in played:
        if one.status not in TESTABLE:
            return one.error or one.status.value
        if lost := [
            each for each in one.findings if each.kind is FindingKind.NAVIGATION and each.step_id in doors
        ]:
            return f"no preview answers: {lost[0].message}"
        if why := other_build(commit, one.build):
            return why
    return ""


def _first_opened(playbook: Playbook) -> str:
    """The id of the step that opens the first page; empty: none does."""
    opening = (step.id for step in playbook.steps if any(isinstance(one, Goto) for one in step.actions))
    return next(opening, "")


def _symptoms(case: Case, played: Sequence[SessionResult], pictures: Pictures) -> frozenset[str]:
    shots = [shot for one in played for shot in one.screenshots]
    books = {one.playbook for one in played}
    baseline = case.baseline and replace(
        case.baseline,
        images={view: one for view, one in case.baseline.images.items() if view.playbook in books},
    )
    comparisons = compare(pictures, baseline, shots, case.definition.plan.baseline, draws=False)
    cause = cause_of(case.run, case.definition, played, comparisons, ())
    return symptoms_of(cause.keys if cause else ())
