"""Mend: where a browser does not find an element, an agent is asked where it has gone; what it says becomes a proposal for a person.

The run has failed all the same, and stays so: a repair takes nothing back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from inspect_pipelines.domain.budget import accounts
from inspect_pipelines.domain.finding import without_waiting
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.playbook import OPEN_INSPECT, Playbook
from inspect_pipelines.domain.repair import (
    MOST_PLACES,
    Lost,
    NoRepair,
    Place,
    Repair,
    RepairStatus,
    lost_in,
    mended,
    refuse_other_changes,
)
from inspect_pipelines.domain.retry import BESIDE, RetryClass, allowance, deciding, spent
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import InspectError, NotFound, SetupMissing
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.approved_for import judged_by
from inspect_pipelines.usecases.pictures.compare import compare
from inspect_pipelines.usecases.runs.check_admission import used_minutes
from inspect_pipelines.usecases.runs.check_cost import overspent
from inspect_pipelines.usecases.runs.play import play

ASKED_AGAIN = timedelta(days=1)  # after which an agent is asked about the same fault once more


def mend_all(house: House, run_id: RunId, *, cancelled: Callable[[], bool] = lambda: False) -> list[Repair]:
    """Ask an agent about each playbook that could not go on for want of an element, within the time that retries have.

    Nobody is asked while a proposal about the same step waits for a person, or twice a day about the same fault.

    Returns:
        What is proposed now, and what was refused.
    """
    if not house.agents.mends:
        return []
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.definition_id) if run else None
        played = ledger.evidence.sessions(run_id)
    if run is None or definition is None:
        raise NotFound(f"run {run_id!r} cannot be mended: it or its definition is gone; start it again")
    if run.against or not run.selection.is_whole or definition.plan.observe:
        return []  # two sites, a part of a playbook, or one of no file: nobody could accept anything
    found = []
    for request in session_requests(run, definition):
        attempts = [each for each in played if each.playbook == request.playbook.id]
        if not attempts or any(each.cause in BESIDE for each in attempts) or cancelled():
            continue
        (result,) = deciding(attempts)
        lost = lost_in(result)
        if lost is None or _is_asked(house, request.playbook, lost):
            continue
        left = allowance(run.timeout_minutes) - spent(played)
        if left <= timedelta(0):
            continue
        mending = _Mending(house, run, definition, request, lost, len(attempts) + 1, left, cancelled)
        repair = mending.repair()
        with house.ledger.write() as ledger:
            ledger.repairs.save(repair)
        found.append(repair)
    return found


def _is_asked(house: House, playbook: Playbook, lost: Lost) -> bool:
    with house.ledger.read() as ledger:
        last = ledger.repairs.last_of(playbook.id, lost.step_id)
    if last is None:
        return False
    is_same = without_waiting(last.fault) == without_waiting(lost.message)
    is_lately = house.clock.now() - last.at < ASKED_AGAIN
    return last.status is RepairStatus.PROPOSED or (is_same and is_lately)


class _Mending:
    """One playbook, from what was lost to what is proposed."""

    def __init__(
        self,
        house: House,
        run: Run,
        definition: Definition,
        request: SessionRequest,
        lost: Lost,
        attempt: int,
        left: timedelta,
        cancelled: Callable[[], bool],
    ) -> None:
        self._house, self._run, self._definition, self._request = house, run, definition, request
        self._lost, self._attempt, self._cancelled = lost, attempt, cancelled
        self._until = min(house.clock.now() + left, run.deadline_at or house.clock.now())
        self._session_id = ""

    def repair(self) -> Repair:
        try:
            playbook, places = self._mended()
            same, differing = self._beside_approved(playbook)
        except (NoRepair, InspectError) as refused:
            return self._told(RepairStatus.REFUSED, reason=str(refused))
        return replace(self._told(RepairStatus.PROPOSED), places=places, same=same, differing=differing)

    def _told(self, status: RepairStatus, *, reason: str = "") -> Repair:
        return Repair(
            self._house.clock.new_id(),
            self._run.id,
            self._request.playbook.id,
            self._lost.step_id,
            self._lost.message,
            status,
            self._house.clock.now(),
            self._session_id,
            reason,
        )

    def _mended(self) -> tuple[Playbook, tuple[Place, ...]]:
        """The playbook that plays again, element after element."""
        # Late: every run imports this, and what reads playbooks is for the few that ask an agent.
        from inspect_pipelines.config.agent_actions import doings

        self._refuse_overspent()
        steps = self._asked()
        playbook, lost = self._request.playbook, self._lost
        places: list[Place] = []
        while True:
            done = doings(playbook, self._request.values, steps.get(lost.step_id, ()))
            if unclear := next((each.why for each in done if each.why), ""):
                raise NoRepair(f"what the agent did in step {lost.step_id!r} cannot be played: {unclear}")
            playbook, place = mended(playbook, lost, [each.action for each in done if each.action])
            places.append(place)
            self._result = self._played(playbook, len(places))
            again = lost_in(self._result)
            if again is None or len(places) >= MOST_PLACES:
                break
            lost = again
        refuse_other_changes(self._request.playbook, playbook)
        self._refuse_faults(places)
        return playbook, tuple(places)

    def _refuse_overspent(self) -> None:
        """An agent's minutes are the run's, so they are in the budget; where that is spent, none is asked."""
        with self._house.ledger.read() as ledger:
            budget = ledger.organizations.find().budget
            used = used_minutes(ledger, self._definition, budget, self._house.clock.now())
            if why := overspent(ledger, self._definition, self._house.clock.now()):
                raise NoRepair(f"no agent was asked: {why}")
        for account in accounts(self._definition, budget, used):
            if why := account.refuses(self._definition):
                raise NoRepair(f"no agent was asked: {why}")

    def _asked(self) -> dict[str, tuple[str, ...]]:
        """What an agent did in each step, who plays the whole of it."""
        request = replace(
            self._request, playbook=replace(self._request.playbook, runner=OPEN_INSPECT), known_faults=()
        )
        try:
            result = play(
                self._house, self._run, request, attempt=self._attempt, cause=RetryClass.REPAIR,
                within=self._left(), cancelled=self._cancelled,
            )  # fmt: skip
        except SetupMissing as missing:
            raise NoRepair(f"no agent could be asked: {missing}") from missing
        self._session_id = result.id
        if result.status is not SessionStatus.COMPLETED:
            raise NoRepair(f"the agent could not play it either: {result.error or result.status.value}")
        with self._house.ledger.read() as ledger:
            traces = ledger.repairs.traces(self._run.id)
        return next((dict(each.steps) for each in traces if each.session_id == result.id), {})

    def _played(self, playbook: Playbook, number: int) -> SessionResult:
        request = replace(
            self._request,
            id=f"{self._request.id}.{self._attempt}.{number}",
            playbook=playbook,
            known_faults=(),
        )
        deadline = self._house.clock.now() + self._left()
        return self._house.sessions.play(request, deadline=deadline, cancelled=self._cancelled)

    def _left(self) -> timedelta:
        left = self._until - self._house.clock.now()
        if left <= timedelta(0) or self._cancelled():
            raise NoRepair("there was no time left to look")
        return left

    def _refuse_faults(self, places: list[Place]) -> None:
        """What the playbook asks for must hold, or the site is wrong and not the place."""
        result = self._result
        faults = [each.message for each in result.findings if each.fails_at(result.fail_on)]
        if result.status is not SessionStatus.COMPLETED or faults:
            why = faults[0] if faults else result.error or result.status.value
            raise NoRepair(f"with {places[-1]} it still fails: {why}")

    def _beside_approved(self, playbook: Playbook) -> tuple[int, tuple[str, ...]]:
        """How many views look as approved, and the names of those that do not."""
        with self._house.ledger.read() as ledger:
            baseline = judged_by(ledger, self._definition, self._run)
        if baseline is None:
            return 0, ()
        images = {view: image for view, image in baseline.images.items() if view.playbook == playbook.id}
        policy = self._definition.plan.baseline
        compared = compare(
            self._house.gallery,
            replace(baseline, images=images),
            self._result.screenshots,
            policy,
            draws=False,
        )
        return (
            sum(each.passed for each in compared),
            tuple(str(each.view) for each in compared if not each.passed),
        )
