"""Finalise: make pictures the approved ones, or take that back, where whoever asks may."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import BaselineId, RunId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import forbidden, wrong_variant_end
from inspect_pipelines.errors import Forbidden, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures import go_back as ways_back
from inspect_pipelines.usecases.pictures import take_away as remove
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
    as_variant: bool = False,
    until: datetime | None = None,
) -> Baseline:
    """The baseline that a run's pictures become; raises as `adopt`, `UsageError` and `Forbidden`."""
    _refuse_machines(house, caller)
    _refuse_end(house, run_id, as_variant=as_variant, until=until)
    done = adopt(
        house,
        run_id,
        by=caller.actor,
        views=views,
        force=force,
        notes=note,
        as_variant=as_variant,
        until=until,
    )
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
    as_variant: bool = False,
    until: datetime | None = None,
) -> Adoption:
    """What adopting by globs left; raises as `adopt`, `UsageError` and `Forbidden`."""
    _refuse_machines(house, caller)
    if as_variant and drop_glob is not None:
        raise UsageError(
            f"run {run_id!r} cannot be adopted like this: a further variant leaves what is approved; drop views in a "
            "command of its own"
        )
    _refuse_end(house, run_id, as_variant=as_variant, until=until)
    return adopt(
        house,
        run_id,
        by=caller.actor,
        view_glob=view_glob,
        drop_glob=drop_glob,
        force=force,
        notes=note,
        as_variant=as_variant,
        until=until,
    )


def take_away(house: House, set_name: str, view: View, letter: str, *, caller: Caller, note: str) -> Baseline:
    """The baseline without one of several approved pictures of a view; raises as `take_away`, and `Forbidden`."""
    _refuse_machines(house, caller)
    return remove.take_away(house, set_name, view, letter, by=caller.actor, note=note)


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


def _refuse_end(house: House, run_id: RunId, *, as_variant: bool, until: datetime | None) -> None:
    problem = (
        wrong_variant_end(until, house.clock.now())
        if as_variant
        else until and "only a further variant has an end"
    )
    if problem:
        raise UsageError(f"run {run_id!r} cannot be adopted like this: {problem}")


def _refuse_machines(house: House, caller: Caller) -> None:
    with house.ledger.read() as ledger:
        allowed = ledger.organizations.find().machines_finalize
    if problem := forbidden((Permission.BASELINE_FINALIZE,), caller, machines_finalize=allowed):
        raise Forbidden(problem)
