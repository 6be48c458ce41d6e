"""The end of a run brings the history up to date where that is its machine's to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from houses import NoHistory, a_house
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.usecases.runs.project import project
from inspect_pipelines.wiring import house


class Kept(NoHistory):
    drained = 0

    def drain(self) -> bool:
        self.drained += 1
        return True


@pytest.mark.parametrize(("keeps_history", "drained"), [(True, 1), (False, 0)])
def test_a_run_of_a_worker_makes_no_history_of_its_own(
    tmp_path: Path, keeps_history: bool, drained: int
) -> None:
    """Each worker's machine, and each pod, told itself all that the ledger knows: a second and more of each run's end."""
    history = Kept()

    said = project(replace(a_house(tmp_path), history=history, keeps_history=keeps_history))

    assert history.drained == drained
    assert said == (
        "the run history is up to date" if drained else "the run history is kept up to date where `up` runs"
    )


@pytest.mark.parametrize(
    ("launcher", "database", "keeps_history"),
    [
        ("warm", "postgresql+psycopg://db/x", True),
        ("celery", "postgresql+psycopg://db/x", False),
        ('k8s {"image": "x:1"}', "postgresql+psycopg://db/x", False),
        ("celery", None, True),  # one machine: nobody else is there when `up` is not
    ],
)
def test_a_worker_over_a_shared_ledger_leaves_the_history_to_the_machine_of_up(
    tmp_path: Path, launcher: str, database: str | None, keeps_history: bool
) -> None:
    ours = house(Settings(home=tmp_path, run_launcher=launcher, database_url=database))

    assert ours.keeps_history is keeps_history
