from __future__ import annotations

from pathlib import Path

import pytest

from builders import NOW, a_schedule, a_session
from history_builders import a_comparison
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.dossier import show_run
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.retry import retry
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


@pytest.fixture
def run(house: House) -> Run:
    run = start.admit(house, Ticket(NIGHTLY, "d1", origin="request:k")).run
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id="s1"))
        ledger.evidence.save_comparisons(run.id, [a_comparison()])
    abort(house, run.id, RunStatus.ERROR, "it broke")
    return run


def test_everything_about_a_run_is_its_fields_and_what_belongs_to_it(house: House, run: Run) -> None:
    again = retry(house, run.id, by="user:ada")
    with house.ledger.write() as ledger:
        ledger.reviews.append(run.id, "rejected", by="user:ada", detail="ticket 7", at=NOW)

    written = to_json(show_run(house, run, "http://127.0.0.1:3000"))

    assert (written["id"], written["status"], written["reason"]) == (run.id, "error", "it broke")
    assert written["dagster_url"] == "http://127.0.0.1:3000/runs/d1"
    assert [one["id"] for one in written["sessions"]] == ["s1"]
    assert [one["view"] for one in written["comparisons"]] == ["shop/home@desktop"]
    assert written["decisions"] == [{"decision": "rejected", "by": "user:ada", "detail": "ticket 7"}]
    assert (written["reviewed_as"], written["retries"]) == ("rejected", [again.id])
    assert (written["doing"], written["flaky"], written["events"]) == ("it broke", [], [])


def test_without_dagsters_ui_there_is_no_link_to_it(house: House, run: Run) -> None:
    assert show_run(house, run).dagster_url is None


def test_a_run_whose_definition_is_gone_is_shown_all_the_same(house: House, run: Run) -> None:
    with house.ledger.write() as ledger:
        ledger.definitions.delete(NIGHTLY, by="user:ada", at=NOW)

    shown = show_run(house, run)

    assert (shown.definition_name, shown.run.definition_id) == (None, NIGHTLY)
