"""Approved pictures, as commands ask for them: here by use cases and queries, there by the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.choice import local_caller
from inspect_pipelines.domain.ids import BaselineId, DefinitionId, RunId
from inspect_pipelines.domain.noise import NoiseFloor
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.adoption import AdoptionSummary, RejectionSummary
from inspect_pipelines.queries.baselines import (
    BaselineSummary,
    baseline_with,
    find_baseline,
    list_baselines,
)
from inspect_pipelines.queries.page import Page
from inspect_pipelines.queries.run import find_ended_run
from inspect_pipelines.queries.steadiness import DefinitionSteadiness, steadiness_of_definition
from inspect_pipelines.queries.variants import VariantSummary, list_variants
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.pictures import finalize
from inspect_pipelines.usecases.pictures.measure_noise import measure_noise
from inspect_pipelines.usecases.pictures.reject import reject_run
from inspect_pipelines.usecases.runs.project import project
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class BaselineDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def list(
        self,
        set_name: str | None,
        *,
        branch: str | None,
        with_deleted: bool,
        cursor: str | None,
        limit: int,
    ) -> Page[BaselineSummary]:
        """A page, newest first."""

    def find_run(self, text: str) -> RunId:
        """The ended run that is meant, or a definition's latest."""

    def adopt(
        self,
        run_id: RunId,
        *,
        view_glob: str | None,
        drop_glob: str | None,
        force: bool,
        note: str,
        as_variant: bool,
        until: datetime | None,
    ) -> AdoptionSummary:
        """Make its pictures the approved ones."""

    def reject(self, run_id: RunId, *, note: str) -> RejectionSummary:
        """Call what it shows a defect."""

    def roll_back(self, set_name: str) -> BaselineSummary:
        """Use the one before."""

    def variants(self, set_name: str) -> Sequence[VariantSummary]:
        """Of views of which several pictures are approved."""

    def take_away(self, set_name: str, view: View, letter: str, *, note: str) -> BaselineSummary:
        """Approve one of several no more."""

    def noise(self, definition_id: str) -> Sequence[NoiseFloor]:
        """What each view differs by when nothing is wrong."""

    def steadiness(self, definition_id: str) -> DefinitionSteadiness:
        """Where each view and playbook stands."""

    def find(self, text: str) -> BaselineId:
        """The baseline that is meant."""

    def activate(self, baseline_id: BaselineId) -> BaselineSummary:
        """Use it."""

    def delete(self, baseline_id: BaselineId) -> BaselineSummary:
        """Take it out of lists and rollbacks."""

    def restore(self, baseline_id: BaselineId) -> BaselineSummary:
        """Undo that."""


class BaselinesHere(BaselineDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house, self._caller = house, local_caller()

    def now(self) -> datetime:
        return self._house.clock.now()

    def list(
        self,
        set_name: str | None,
        *,
        branch: str | None,
        with_deleted: bool,
        cursor: str | None,
        limit: int,
    ) -> Page[BaselineSummary]:
        return list_baselines(
            self._house, set_name, branch=branch, with_deleted=with_deleted, cursor=cursor, limit=limit
        )

    def find_run(self, text: str) -> RunId:
        return find_ended_run(self._house, text).id

    def adopt(
        self,
        run_id: RunId,
        *,
        view_glob: str | None,
        drop_glob: str | None,
        force: bool,
        note: str,
        as_variant: bool,
        until: datetime | None,
    ) -> AdoptionSummary:
        done = finalize.finalize_by_globs(
            self._house,
            run_id,
            caller=self._caller,
            view_glob=view_glob,
            drop_glob=drop_glob,
            force=force,
            note=note,
            as_variant=as_variant,
            until=until,
        )
        send_waiting(self._house)
        project(self._house)
        shown = self._shown(done.baseline.id)
        return AdoptionSummary(shown, done.taken, done.dropped, done.unseen, done.quarantined)

    def reject(self, run_id: RunId, *, note: str) -> RejectionSummary:
        found = reject_run(self._house, run_id, caller=self._caller, note=note)
        send_waiting(self._house)
        project(self._house)
        return RejectionSummary(found.run.id, tuple(one.id for one in found.incidents))

    def roll_back(self, set_name: str) -> BaselineSummary:
        back = finalize.roll_back(self._house, set_name, caller=self._caller)
        project(self._house)
        return self._shown(back.id)

    def variants(self, set_name: str) -> Sequence[VariantSummary]:
        return list_variants(self._house, set_name)

    def take_away(self, set_name: str, view: View, letter: str, *, note: str) -> BaselineSummary:
        left = finalize.take_away(self._house, set_name, view, letter, caller=self._caller, note=note)
        project(self._house)
        return self._shown(left.id)

    def noise(self, definition_id: str) -> Sequence[NoiseFloor]:
        return measure_noise(self._house, DefinitionId(definition_id))

    def steadiness(self, definition_id: str) -> DefinitionSteadiness:
        found = steadiness_of_definition(self._house, definition_id, now=self._house.clock.now())
        if found is None:
            raise NotFound(
                f"definition {definition_id!r} stands nowhere: it is not applied; list those that are with: "
                "inspect-pipelines schedules list"
            )
        return found

    def find(self, text: str) -> BaselineId:
        return find_baseline(self._house, text)

    def activate(self, baseline_id: BaselineId) -> BaselineSummary:
        finalize.go_back(self._house, baseline_id, caller=self._caller)
        project(self._house)
        return self._shown(baseline_id)

    def delete(self, baseline_id: BaselineId) -> BaselineSummary:
        finalize.delete(self._house, baseline_id, confirmed=baseline_id, caller=self._caller)
        return self._shown(baseline_id)

    def restore(self, baseline_id: BaselineId) -> BaselineSummary:
        finalize.restore(self._house, baseline_id, caller=self._caller)
        return self._shown(baseline_id)

    def _shown(self, baseline_id: BaselineId) -> BaselineSummary:
        found = baseline_with(self._house, baseline_id)
        assert found is not None  # it was changed a moment ago, and is never gone for good
        return found


class BaselinesThere(BaselineDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def list(
        self,
        set_name: str | None,
        *,
        branch: str | None,
        with_deleted: bool,
        cursor: str | None,
        limit: int,
    ) -> Page[BaselineSummary]:
        from inspect_pipelines.cli.desks.paging import gathered

        found = self._client.baselines.list(set_name=set_name, branch=branch, with_deleted=with_deleted)
        return gathered(found, cursor, limit)

    def find_run(self, text: str) -> RunId:
        return RunId(self._client.find.run(text, ended=True).id)

    def adopt(
        self,
        run_id: RunId,
        *,
        view_glob: str | None,
        drop_glob: str | None,
        force: bool,
        note: str,
        as_variant: bool,
        until: datetime | None,
    ) -> AdoptionSummary:
        return self._client.baselines.adopt(
            run_id, view=view_glob, drop=drop_glob, force=force, note=note, as_variant=as_variant, until=until
        )

    def reject(self, run_id: RunId, *, note: str) -> RejectionSummary:
        return self._client.baselines.reject(run_id, note=note)

    def roll_back(self, set_name: str) -> BaselineSummary:
        return self._client.baselines.roll_back(set_name)

    def variants(self, set_name: str) -> Sequence[VariantSummary]:
        return self._client.baselines.variants(set_name)

    def take_away(self, set_name: str, view: View, letter: str, *, note: str) -> BaselineSummary:
        return self._client.baselines.take_away(set_name, view=str(view), letter=letter, note=note)

    def noise(self, definition_id: str) -> Sequence[NoiseFloor]:
        return self._client.baselines.noise(definition_id)

    def steadiness(self, definition_id: str) -> DefinitionSteadiness:
        return self._client.baselines.steadiness(definition_id)

    def find(self, text: str) -> BaselineId:
        return BaselineId(self._client.find.baseline(text).id)

    def activate(self, baseline_id: BaselineId) -> BaselineSummary:
        return self._client.baselines.use(baseline_id)

    def delete(self, baseline_id: BaselineId) -> BaselineSummary:
        return self._client.baselines.delete(baseline_id, confirm=baseline_id)

    def restore(self, baseline_id: BaselineId) -> BaselineSummary:
        return self._client.baselines.restore(baseline_id)
