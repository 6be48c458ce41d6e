"""What becomes of an event once it is stored: decided, launched and asked about, by duties that nobody else woke."""

from __future__ import annotations

from pathlib import Path

from builders import a_merge, a_trigger
from code_hosts import KnowingHost
from engines import RememberingEngine
from houses import a_house, apply
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.asker import Asker
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.duties.launcher import Launcher
from inspect_pipelines.web.duties.routing import Routing
from patience import until


def test_an_event_is_launched_at_once_and_its_paths_are_asked_for(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    apply(house, a_trigger(paths=("src/**",)), a_trigger("any"))
    engine, routing = RememberingEngine(), Routing()
    duties = (
        Launcher(house, lambda: engine, every_seconds=60),
        Asker(house, KnowingHost(), routing, every_seconds=60),
    )
    routing.wakes(*duties)
    for duty in duties:
        duty.start()
    tell(house, 1)

    routing(house)
    until(lambda: len(engine.launches) == 2)
    for duty in duties:
        duty.stop()

    assert sorted(launch.job_name for launch in engine.launches) == ["any", "post_merge"]
    assert engine.launches[0].tags == {
        ".dagster/inspect.origin": engine.launches[0].origin,
        ".dagster/inspect.org": "default",
    }


def tell(house: House, *numbers: int) -> None:
    with house.ledger.write() as ledger:
        for number in numbers:
            ledger.events.add(a_merge(number, paths=None))


def test_events_that_are_nobody_s_wake_nobody(tmp_path: Path) -> None:
    """Each burst of pushes to other branches woke two threads, which asked the ledger six questions in vain."""
    house = a_house(tmp_path)
    apply(house, a_trigger())
    woken: list[str] = []
    routing = Routing()
    routing.wakes(Bell(woken))
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(9, type="push"))

    routing(house)
    assert woken == []
    tell(house, 1)
    routing(house)

    assert woken == ["rung"]


class Bell(Duty):
    """Says when it is woken."""

    def __init__(self, woken: list[str]) -> None:
        super().__init__("bell", "webhooks", every_seconds=60)
        self._woken = woken

    def wake(self) -> None:
        self._woken.append("rung")

    def turn(self) -> None:
        """Nothing."""
