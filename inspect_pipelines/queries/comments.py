"""Comments that show on a run, and who is asked about it."""

from __future__ import annotations

from inspect_pipelines.domain.baseline import baseline_set
from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review_request import ReviewRequest, unaskable
from inspect_pipelines.ports.house import House


def comments_on(house: House, run_id: RunId) -> list[Comment] | None:
    """Open ones of all views of its set, and all that were pinned on it, oldest first; None: there is no such run."""
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        if run is None:
            return None
        return ledger.comments.on(baseline_set(ledger.definitions.find(run.definition_id), run), run.id)


def requests_for(house: House, run_id: RunId) -> list[ReviewRequest]:
    """Who is asked about a run, in the order in which they were."""
    with house.ledger.read() as ledger:
        return ledger.review_requests.of_runs([run_id]).get(run_id, [])


def askable(house: House) -> list[str]:
    """Logins of those who can be asked, by name."""
    with house.ledger.read() as ledger:
        members = ledger.members.all()
    return [one.login for one in members if unaskable(one.login, one) is None]


def waiting_for(house: House, login: str) -> list[RunId]:
    """The runs that wait for somebody's word in particular, newest first."""
    with house.ledger.read() as ledger:
        return ledger.review_requests.waiting_for(login)
