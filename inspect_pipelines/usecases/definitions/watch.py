"""Watch a site without YAML: an observed schedule in the ledger, and what its runs say that a playbook should mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.imports.draft import Draft
from inspect_pipelines.config.one_definition import Grounds, read_definition
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.crawl import Banner
from inspect_pipelines.domain.ids import snake
from inspect_pipelines.domain.library import Library
from inspect_pipelines.domain.noise import LEAST_RUNS, Score, noise_floors
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.revision import ManagedBy, Revision, RevisionKind
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.way import CLI
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.sessions import Sessions
from inspect_pipelines.usecases.definitions.explore import Explored
from inspect_pipelines.usecases.definitions.propose import Route, drafted
from inspect_pipelines.usecases.definitions.publish import published
from inspect_pipelines.usecases.definitions.record import Actor, record
from inspect_pipelines.usecases.definitions.try_out import proposed_masks, try_out

QUIET_RUNS = LEAST_RUNS  # before anything is proposed
MOST_RUNS = 30
HOURS, MINUTES = 3600, 60
PREFIX = "watch-"


def cron_of(seconds: float) -> str:
    """The cron that fires so often.

    Raises:
        UsageError: The clock's hour or day is no multiple of it.
    """
    whole = round(seconds)
    if whole and whole < HOURS and HOURS % whole == 0 and whole % MINUTES == 0:
        return f"*/{whole // MINUTES} * * * *"
    if whole >= HOURS and (24 * HOURS) % whole == 0 and whole % HOURS == 0:
        return "0 6 * * *" if whole == 24 * HOURS else f"0 */{whole // HOURS} * * *"
    raise UsageError(
        f"--every {seconds:g} s fits into no hour and no day; write a divider of one: 15m, 30m, 1h, 6h, 24h"
    )


def begin_watch(house: House, playbook: Playbook, *, host: str, cron: str, by: str) -> Revision:
    """Keep a schedule that observes the playbook's pages; no file of a project says so.

    Raises:
        Refused: The id is taken.
    """
    now = house.clock.now()
    with published(house), house.ledger.write() as ledger:
        organization = ledger.organizations.find()
        if ledger.organizations.applied_at() is None:  # nothing else was ever asked of this home
            ledger.organizations.save(organization, at=now)
        body: dict[str, Any] = {
            "id": playbook.id,
            "name": f"Watch {host}",
            "cron": cron,
            "timezone": "UTC",
            "playbook": playbook.id,
            "observe": True,
            "baseline": {"first_run": "adopt"},
        }
        taken = [one for one in ledger.definitions.all() if snake(one.id) == snake(playbook.id)]
        if taken:
            raise Refused(
                f"{playbook.id!r} is watched or scheduled already; end it with: inspect-pipelines watch stop {playbook.id}, or "
                "name another with --id"
            )
        kinds = cast("WrittenKinds", house.kinds)
        read = read_definition("schedule", body, Grounds(organization, Library((playbook,)), kinds, now))
        return record(
            ledger,
            read.definition,
            RevisionKind.CREATED,
            managed_by=ManagedBy.API,
            written=read.written,
            actor=Actor(by, house.via or CLI, now),
        )


def watches(house: House) -> list[tuple[Schedule, int]]:
    """Every observed schedule that no file has, with how many of its runs have passed."""
    with house.ledger.read() as ledger:
        standing = ledger.revisions.standing()
        found = [
            one
            for one in ledger.definitions.all()
            if isinstance(one, Schedule)
            and one.plan.observe
            and one.id in standing
            and standing[one.id].managed_by is ManagedBy.API
        ]
        passed = {
            one.id: ledger.runs.latest(definition_id=one.id, status=RunStatus.PASSED, limit=MOST_RUNS)
            for one in found
        }
    return [(one, len(passed[one.id])) for one in found]


def find_watch(house: House, text: str) -> Schedule:
    """The watch that is meant by its id or by an address of its site.

    Raises:
        NotFound: There is none.
    """
    found = [one for one, _ in watches(house)]
    for one in found:
        base = one.plan.playbooks[0].base_url
        if one.id == text or ("://" in text and text.rstrip("/") == base.rstrip("/")):
            return one
    known = ", ".join(one.id for one in found) or "none"
    raise NotFound(
        f"nothing is watched as {text!r}; watched: {known}; begin with: inspect-pipelines watch URL"
    )


@dataclass(frozen=True, slots=True)
class Observed:
    """What the runs of a watch say.

    Attributes:
        masks: By the name of a picture: CSS of what differed on it.
        tolerances: By the name of a picture: the noise that was measured, with headroom; of those that were quiet.
        runs: How many were looked at.
    """

    masks: Mapping[str, Mapping[str, int | None]]
    tolerances: Mapping[str, float]
    runs: int


def observed(house: House, watch: Schedule) -> Observed:
    """What differed between its runs, and how much noise was left where nothing did.

    Raises:
        Refused: There are too few runs to say anything.
    """
    with house.ledger.read() as ledger:
        runs = ledger.runs.latest(definition_id=watch.id, status=RunStatus.PASSED, limit=MOST_RUNS)
        sessions = ledger.evidence.sessions_of([run.id for run in runs])
        comparisons = ledger.evidence.comparisons_of([run.id for run in runs])
    if len(runs) < QUIET_RUNS:
        raise Refused(
            f"{watch.id!r} has been observed {len(runs)} times, and {QUIET_RUNS} are needed to tell noise from change; "
            f"wait, or observe it now with: inspect-pipelines run {watch.id} --wait"
        )
    masks: dict[str, dict[str, int | None]] = {}
    for run in reversed(runs):
        shots = [shot for each in deciding(sessions.get(run.id, ())) for shot in each.screenshots]
        differing = [one for one in comparisons.get(run.id, ()) if not one.passed]
        for name, found in proposed_masks(differing, shots, masks).items():
            masks[name] = masks.get(name, {}) | found
    scores = [_scores(comparisons.get(run.id, ())) for run in runs if comparisons.get(run.id)]
    tolerances: dict[str, float] = {}
    for floor in noise_floors(scores):
        if floor.suggested_tolerance is not None and floor.view.name not in masks:
            known = tolerances.get(floor.view.name, 0.0)
            tolerances[floor.view.name] = max(known, floor.suggested_tolerance)
    return Observed(masks, tolerances, len(runs))


def proposal(
    house: House, watch: Schedule, sessions: Sessions, gallery: Gallery, identifier: str
) -> tuple[Draft, bool]:
    """A playbook as it would be written, played until it showed the same twice; and whether it did.

    Raises:
        Refused: There are too few runs.
    """
    found = observed(house, watch)
    playbook = watch.plan.playbooks[0]
    routes = [
        Route(step.id, shot.name, goto.url)
        for step in playbook.steps
        for goto, shot in [(step.actions[0], step.actions[1])]
        if isinstance(goto, Goto) and isinstance(shot, TakeScreenshot)
    ]
    strict = replace(
        playbook,
        steps=tuple(
            replace(
                step,
                actions=tuple(
                    replace(one, tolerance=found.tolerances.get(one.name))
                    if isinstance(one, TakeScreenshot)
                    else one
                    for one in step.actions
                ),
            )
            for step in playbook.steps
        ),
    )
    tried = try_out(sessions, gallery, house.clock, strict, masks=found.masks)
    explored = Explored([route.url for route in routes], _banners(playbook), (), 0)
    draft = drafted(identifier, playbook.base_url, explored, routes, tried)
    for step in draft.steps:
        step.actions = [(_strict(action, found.tolerances), said) for action, said in step.actions]
    return draft, tried.is_quiet


def _strict(action: Mapping[str, Any], tolerances: Mapping[str, float]) -> Mapping[str, Any]:
    shot = action.get("screenshot")
    name = shot if isinstance(shot, str) else shot.get("name") if isinstance(shot, Mapping) else None
    if not isinstance(name, str) or name not in tolerances:
        return action
    more = dict(shot) if isinstance(shot, Mapping) else {"name": name}
    return {"screenshot": more | {"tolerance": tolerances[name]}}


def _scores(comparisons: Sequence[Comparison]) -> list[Score]:
    return [Score(one.view, one.score, one.score_method, one.tolerance, one.passed) for one in comparisons]


def _banners(playbook: Playbook) -> tuple[Banner, ...]:
    gone = [
        Banner(one.when.selector or "", one.click.name or "", one.click.role or "")
        for one in playbook.page.dismiss
    ]
    return (*gone, *(Banner(selector) for selector in playbook.page.hide))
