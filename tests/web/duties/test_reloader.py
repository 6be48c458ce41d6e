from __future__ import annotations

from builders import a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.usecases.definitions.publish import publish
from inspect_pipelines.web.duties.reloader import Reloader
from patience import until


class Dagster:
    """Counts what it is asked; `is_up` says whether it answers."""

    def __init__(self) -> None:
        self.is_up, self.loaded = True, 0

    def reload(self) -> None:
        if not self.is_up:
            raise Unavailable("Dagster at http://x does not answer")
        self.loaded += 1


def test_dagster_is_told_at_the_start_and_then_once_for_each_publication(tmp_path) -> None:
    house, dagster = a_house(tmp_path), Dagster()
    reloader = Reloader(house.publication, dagster.reload)

    reloader.turn()
    reloader.turn()
    told = [dagster.loaded]
    apply(house, a_schedule(), organization=Organization(house.org_id))
    publish(house, house.org_id)
    reloader.turn()
    reloader.turn()

    assert [*told, dagster.loaded] == [1, 2]


def test_what_dagster_did_not_take_is_tried_again_and_told_until_it_has(tmp_path) -> None:
    house, dagster = a_house(tmp_path), Dagster()
    dagster.is_up = False
    reloader = Reloader(house.publication, dagster.reload, every_seconds=0.01)
    reloader.start()
    try:
        until(lambda: reloader.problem == "Dagster at http://x does not answer")
        dagster.is_up = True
        until(lambda: dagster.loaded == 1)
        until(lambda: reloader.problem == "")
    finally:
        reloader.stop()
    assert reloader.part == "schedules"
