"""What waits for a person and what is approved, as commands ask for it: here by use cases and queries, there by the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.choice import local_caller
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import DecisionId, RunId
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.dossier import comparisons_of
from inspect_pipelines.queries.environments import EnvironmentReview, list_environments
from inspect_pipelines.queries.page import Page
from inspect_pipelines.queries.reviews import ReviewDossier, ReviewSummary, list_reviews, review_with
from inspect_pipelines.queries.run import find_ended_run
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.withdraw import withdraw
from inspect_pipelines.usecases.runs.project import project
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class ReviewDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def list(
        self, state: ReviewState | None, *, is_single: bool, owner: str | None, cursor: str | None, limit: int
    ) -> Page[ReviewSummary]:
        """A page, newest first; `is_single`: without those that ask by their environment alone; `owner`: only theirs."""

    def environments(self) -> Sequence[EnvironmentReview]:
        """What those ask by."""

    def find_run(self, text: str) -> RunId:
        """The ended run that is meant, or a definition's latest."""

    def review(self, run_id: RunId) -> ReviewDossier | None:
        """Of a run; None: it asked nobody."""

    def views(self, run_id: RunId) -> Sequence[View]:
        """That were compared in a run."""

    def decide(self, run_id: RunId, wish: Wish) -> Sequence[Decision]:
        """Say something of what differs."""

    def withdraw(self, decision_id: str) -> Decision:
        """Take it back."""


class ReviewsHere(ReviewDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._caller = local_caller()

    def now(self) -> datetime:
        return self._house.clock.now()

    def list(
        self, state: ReviewState | None, *, is_single: bool, owner: str | None, cursor: str | None, limit: int
    ) -> Page[ReviewSummary]:
        return list_reviews(self._house, state, is_single=is_single, owner=owner, cursor=cursor, limit=limit)

    def environments(self) -> Sequence[EnvironmentReview]:
        return list_environments(self._house)

    def find_run(self, text: str) -> RunId:
        return find_ended_run(self._house, text).id

    def review(self, run_id: RunId) -> ReviewDossier | None:
        return review_with(self._house, run_id)

    def views(self, run_id: RunId) -> Sequence[View]:
        return [one.view for one in comparisons_of(self._house, run_id)]

    def decide(self, run_id: RunId, wish: Wish) -> Sequence[Decision]:
        made = decide(self._house, run_id, wish, caller=self._caller)
        send_waiting(self._house)
        project(self._house)
        return made

    def withdraw(self, decision_id: str) -> Decision:
        done = withdraw(self._house, DecisionId(decision_id), caller=self._caller)
        project(self._house)
        return done


class ReviewsThere(ReviewDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def list(
        self, state: ReviewState | None, *, is_single: bool, owner: str | None, cursor: str | None, limit: int
    ) -> Page[ReviewSummary]:
        from inspect_pipelines.cli.desks.paging import gathered

        return gathered(self._client.reviews.list(state=state, single=is_single, owner=owner), cursor, limit)

    def environments(self) -> Sequence[EnvironmentReview]:
        return self._client.environments.list()

    def find_run(self, text: str) -> RunId:
        return RunId(self._client.find.run(text, ended=True).id)

    def review(self, run_id: RunId) -> ReviewDossier | None:
        try:
            return self._client.reviews.show(run_id)
        except NotFound:
            return None

    def views(self, run_id: RunId) -> Sequence[View]:
        return [one.view for one in self._client.runs.comparisons(run_id)]

    def decide(self, run_id: RunId, wish: Wish) -> Sequence[Decision]:
        return self._client.reviews.say(
            run_id,
            decision=wish.kind,
            views=sorted(map(str, wish.views)),
            note=wish.note,
            owner=wish.owner,
            until=wish.until,
            finalize=wish.finalizes,
            force=wish.force,
            is_proposal=wish.is_proposal,
            as_variant=wish.as_variant,
        )

    def withdraw(self, decision_id: str) -> Decision:
        return self._client.reviews.take_back_by_id(decision_id)
