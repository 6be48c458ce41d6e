"""One duty of a kind for each organisation, in one thread."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from houses import a_house, an_estate, of_another
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.duties.everywhere import Everywhere
from patience import until

BETA = OrgId("beta")


class Counting(Duty):
    """Counts its turns; one whose organisation is in trouble says so."""

    made: list[Counting]
    troubled: set[OrgId]

    def __init__(self, house: House) -> None:
        super().__init__("counting", "numbers", every_seconds=0.02)
        self.org_id, self.turns, self.threads, self.is_over = house.org_id, 0, set[int](), False
        self.made.append(self)

    def turn(self) -> None:
        self.turns += 1
        self.threads.add(threading.get_ident())
        if self.org_id in self.troubled:
            raise Unavailable("the ledger is locked")

    def last_turn(self) -> None:
        self.is_over = True


@pytest.fixture(autouse=True)
def counting() -> None:
    Counting.made, Counting.troubled = [], set()


def of(org_id: OrgId) -> Counting:
    """The one that takes turns."""
    return [one for one in Counting.made if one.org_id == org_id][-1]


def test_every_organisation_gets_its_turns_in_one_thread_and_a_last_one(tmp_path: Path) -> None:
    duty = Everywhere(an_estate(a_house(tmp_path), BETA), Counting)

    duty.start()
    until(lambda: of(DEFAULT_ORG).turns > 2 and of(BETA).turns > 2)
    duty.stop()

    assert (duty.name, duty.part, duty.problem) == ("counting", "numbers", "")
    assert of(DEFAULT_ORG).threads == of(BETA).threads
    assert len(of(BETA).threads) == 1
    assert of(DEFAULT_ORG).is_over
    assert of(BETA).is_over
    assert of(BETA).is_stopping


def test_trouble_with_one_is_told_and_holds_up_no_other(tmp_path: Path) -> None:
    Counting.troubled = {DEFAULT_ORG}
    duty = Everywhere(an_estate(a_house(tmp_path), BETA), Counting)

    duty.start()
    until(lambda: of(BETA).turns > 2)
    told = duty.problem
    duty.stop()

    assert told == "default: the ledger is locked"


def test_an_organisation_that_is_applied_meanwhile_is_served(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    houses = {DEFAULT_ORG: house}
    estate = an_estate(house)
    growing = type(estate)(
        estate.clock, estate.publication, estate.workers, lambda: list(houses), lambda org_id: houses[org_id]
    )
    duty = Everywhere(growing, Counting)

    duty.start()
    houses[BETA] = of_another(house, BETA)
    until(lambda: any(one.org_id == BETA and one.turns for one in Counting.made))
    duty.stop()
