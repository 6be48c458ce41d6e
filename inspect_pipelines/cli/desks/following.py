"""What a server tells of runs, as the live view wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspect_pipelines.cli.seen import Seen
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import ToldStep
from inspect_pipelines.queries.news import RunNews, StepNews
from inspect_pipelines.queries.runs import RunSummary

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


@dataclass(frozen=True, slots=True)
class Followed:
    """A run at one moment."""

    run: RunSummary
    doing: str
    elapsed_seconds: float
    left_seconds: float | None
    steps: tuple[ToldStep, ...] = ()


OPEN = [status for status in RunStatus if status.is_open]


def follow_one(client: Client, run_id: RunId) -> Iterator[Sequence[Seen]]:
    """A run, each time that there is news of it, until it has ended."""
    steps: list[ToldStep] = []
    for told in client.progress.of_run(run_id):
        news = told.news
        if isinstance(news, StepNews):
            steps.append(ToldStep(news.session_id, news.playbook, news.attempt, news.step))
        else:
            yield [_progress(news, steps)]


def follow_all(client: Client, *, stays: bool, pause: Callable[[], None]) -> Iterator[Sequence[Seen]]:
    """Every run that is open or was, again and again, until none is open any more.

    Args:
        client: Of the server.
        stays: Go on then.
        pause: Called between two looks; a list and a few runs are cheap, and a stream cannot say that there is nothing.
    """
    seen: dict[RunId, Followed] = {}
    while True:
        open_ids = [run.id for run in client.runs.list(status=OPEN)]
        for run_id in sorted({*open_ids, *(one for one, was in seen.items() if was.run.status.is_open)}):
            dossier = client.runs.show(run_id)
            seen[run_id] = Followed(dossier.run, dossier.doing, dossier.elapsed_seconds, dossier.left_seconds)
        yield [*seen.values()]
        if not any(one.run.status.is_open for one in seen.values()) and not stays:
            return
        pause()


def _progress(news: RunNews, steps: Sequence[ToldStep]) -> Followed:
    return Followed(news.run, news.doing, news.elapsed_seconds, news.left_seconds, tuple(steps))
