"""Ask a reviewer: say whose word about a run that waits is wanted. It gives no right, and nobody else loses theirs."""

from __future__ import annotations

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.review_request import ReviewRequest, unaskable
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


def ask_reviewer(house: House, run_id: RunId, login: str, *, caller: Caller) -> list[ReviewRequest]:
    """Everybody who is asked about the run then; asking somebody twice changes nothing.

    Raises:
        NotFound: The run asked nobody.
        Refused: It waits no more.
        UsageError: They cannot be asked.
    """
    with house.ledger.write() as ledger:
        review = _known(ledger, run_id)
        if review.state is not ReviewState.WAITING:
            raise Refused(f"nobody is asked about run {run_id!r}: its review is {review.state.value}")
        if problem := unaskable(login, ledger.members.find(login)):
            raise UsageError(f"nobody is asked about run {run_id!r}: {problem}")
        ledger.review_requests.ask(
            ReviewRequest(house.org_id, review.run_id, login, caller.actor, house.clock.now())
        )
        return ledger.review_requests.of_runs([run_id]).get(run_id, [])


def release_reviewer(house: House, run_id: RunId, login: str, *, caller: Caller) -> list[ReviewRequest]:
    """Everybody who is still asked about the run.

    Raises:
        NotFound: The run asked nobody, or not them.
    """
    with house.ledger.write() as ledger:
        _known(ledger, run_id)
        if not ledger.review_requests.release(run_id, login, by=caller.actor, at=house.clock.now()):
            raise NotFound(
                f"{login[:100]!r} is not asked about run {run_id!r}; there is nothing to take back"
            )
        return ledger.review_requests.of_runs([run_id]).get(run_id, [])


def _known(ledger: LedgerSession, run_id: RunId) -> Review:
    review = ledger.review_queue.find(run_id)
    if review is None:
        raise NotFound(f"run {run_id!r} asks nobody; list what waits with: inspect-pipelines reviews list")
    return review
