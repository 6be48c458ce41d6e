from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders import a_plan, a_playbook, a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.playbook import Variable
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.retry import retry
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")


def with_city(*, required: bool = False) -> object:
    playbook = a_playbook(variables=(Variable("city", required=required), Variable("street")))
    return a_schedule(plan=a_plan(playbooks=(playbook,)))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, with_city())
    return house


def ended(house: House, status: RunStatus = RunStatus.FAILED) -> Run:
    run = start.request(house, NIGHTLY, {"city": "Oslo"}, by="user:ada", key=house.clock.new_id())
    abort(house, run.id, status, "over")
    return run


def test_a_retry_is_a_run_of_its_own_that_names_the_first_and_keeps_its_variables(house: House) -> None:
    first = ended(house)
    house.clock.sleep(60)

    second = retry(house, first.id, by="user:bob")

    assert second.id != first.id
    assert (second.status, second.retry_of) == (RunStatus.PENDING, first.id)
    assert second.origin == f"retry:{first.id}:1"
    assert second.variables == {"city": "Oslo"}
    assert second.requested_by == "user:bob"
    assert second.nominal_at == house.clock.now()
    with house.ledger.read() as ledger:
        assert ledger.runs.find(first.id).status is RunStatus.FAILED, "the first keeps its end"
        assert ledger.runs.retries_of(first.id) == [second]


def test_retries_are_numbered(house: House) -> None:
    first = ended(house)

    origins = [retry(house, first.id, by="user:bob").origin for _ in range(3)]

    assert origins == [f"retry:{first.id}:{number}" for number in (1, 2, 3)]


def test_retries_of_the_same_moment_get_numbers_of_their_own(house: House) -> None:
    first = ended(house)

    with ThreadPoolExecutor(8) as pool:
        origins = list(pool.map(lambda _: retry(house, first.id, by="user:bob").origin, range(8)))

    assert sorted(origins) == [f"retry:{first.id}:{number}" for number in range(1, 9)]


def test_the_door_lets_a_retry_in_like_any_run(house: House) -> None:
    second = retry(house, ended(house).id, by="user:bob")

    admission = start.admit(house, Ticket(NIGHTLY, "d2", origin=second.origin))

    assert (admission.door, admission.run.id) == (Door.ADMITTED, second.id)


@pytest.mark.parametrize("status", [RunStatus.PENDING, RunStatus.RUNNING])
def test_an_open_run_cannot_be_retried(house: House, status: RunStatus) -> None:
    run = start.request(house, NIGHTLY, {}, by="user:ada", key="k")
    if status is RunStatus.RUNNING:
        start.admit(house, Ticket(NIGHTLY, "d1", origin=run.origin))

    with pytest.raises(
        Refused, match=f"it is still {status.value}; wait for its end, or end it with"
    ) as refused:
        retry(house, run.id, by="user:bob")

    assert refused.value.exit_code == 2
    with house.ledger.read() as ledger:
        assert ledger.runs.retries(run.id) == 0


def test_a_run_whose_definition_is_gone_cannot_be_retried(house: House) -> None:
    first = ended(house)
    with house.ledger.write() as ledger:
        ledger.definitions.delete(NIGHTLY, by="user:ada", at=house.clock.now())

    with pytest.raises(NotFound, match="its definition 'nightly-shop' was deleted"):
        retry(house, first.id, by="user:bob")


def test_a_variable_that_the_definition_now_wants_is_asked_for_before_anything_starts(house: House) -> None:
    first = start.request(house, NIGHTLY, {}, by="user:ada", key="k")
    abort(house, first.id, RunStatus.ERROR, "over")
    apply(house, with_city(required=True))

    with pytest.raises(UsageError, match="needs the variable 'city'"):
        retry(house, first.id, by="user:bob")


def test_an_unknown_run_cannot_be_retried(house: House) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        retry(house, RunId("nothing"), by="user:bob")
