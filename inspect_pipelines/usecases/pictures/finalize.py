"""Finalise: make pictures the approved ones, or take that back, where whoever asks may."""

from __future__ import annotations

from collections.abc import Collection

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import BaselineId, RunId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import forbidden
from inspect_pipelines.errors import Forbidden
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures import go_back as ways_back
from inspect_pipelines.usecases.pictures.adopt import Adoption, adopt
from inspect_pipelines.usecases.pictures.delete_baseline import delete_baseline, restore_baseline


def finalize(
    house: House,
    run_id: RunId,
    *,
    caller: Caller,
    views: Collection[View] = (),
    force: bool = False,
    note: str = "",
) -> Baseline:
    """The baseline that a run's pictures become; raises as `adopt`, and `Forbidden`."""
    _refuse_machines(house, caller)
    done = adopt(house, run_id, by=caller.actor, views=views, force=force, notes=note)
    return done.baseline


def finalize_by_globs(
    house: House,
    run_id: RunId,
    *,
    caller: Caller,
    view_glob: str | None,
    drop_glob: str | None,
    force: bool,
    note: str,
) -> Adoption:
    """What adopting by globs left; raises as `adopt`, and `Forbidden`."""
    _refuse_machines(house, caller)
    return adopt(
        house,
        run_id,
        by=caller.actor,
        view_glob=view_glob,
        drop_glob=drop_glob,
        force=force,
        notes=note,
    )


def go_back(house: House, baseline_id: BaselineId, *, caller: Caller) -> Baseline:
    """Another baseline of a set, in use again; raises as `activate`, and `Forbidden`."""
    _refuse_machines(house, caller)
    return ways_back.activate(house, baseline_id, by=caller.actor)


def roll_back(house: House, set_name: str, *, caller: Caller) -> Baseline:
    """The baseline before the active one of a set, in use again; raises as `go_back.roll_back`, and `Forbidden`."""
    _refuse_machines(house, caller)
    return ways_back.roll_back(house, set_name, by=caller.actor)


def delete(house: House, baseline_id: BaselineId, *, confirmed: str | None, caller: Caller) -> Baseline:
    """A baseline that is kept out of sight; raises as `delete_baseline`, and `Forbidden`."""
    _refuse_machines(house, caller)
    return delete_baseline(house, baseline_id, confirmed=confirmed, by=caller.actor)


def restore(house: House, baseline_id: BaselineId, *, caller: Caller) -> Baseline:
    """A deleted baseline, one of its set again; raises as `restore_baseline`, and `Forbidden`."""
    _refuse_machines(house, caller)
    return restore_baseline(house, baseline_id, by=caller.actor)


def _refuse_machines(house: House, caller: Caller) -> None:
    with house.ledger.read() as ledger:
        allowed = ledger.organizations.find().machines_finalize
    if problem := forbidden((Permission.BASELINE_FINALIZE,), caller, machines_finalize=allowed):
        raise Forbidden(problem)
