"""Views that may look several ways, as a person handles them by commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import a_view
from inspect_pipelines.cli.baselines import baselines
from inspect_pipelines.cli.reviews import reviews
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.run import Run
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as wired
from reviewed_runs import a_reviewed_run

SET, HOME = "nightly-shop", a_view("home")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    house = wired(Settings())
    house.ledgers.migrate()
    yield house
    house.ledgers.close()


@pytest.fixture
def run(house: House) -> Run:
    return a_reviewed_run(house, {HOME: "header", a_view("cart"): ""})


def call(group: object, *arguments: str) -> Result:
    return CliRunner().invoke(group, arguments, catch_exceptions=False)  # type: ignore[arg-type]


def listed() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(call(baselines, "variants", "list", SET, "--json").output)
    return found


def test_a_further_variant_is_approved_listed_and_taken_away(house: House, run: Run) -> None:
    before = call(baselines, "variants", "list", SET).output
    shown = call(reviews, "show", run.id).output
    decided = call(
        reviews,
        "decide",
        run.id,
        "accept",
        "--finalize",
        "--as-variant",
        "--note",
        "the test",
        "--until",
        "3d",
    ).output

    assert "each view of 'nightly-shop' has one approved picture" in before
    assert "add --as-variant" in shown
    assert "shop/home@desktop accepted by" in decided
    first, further = listed()
    assert [first["letter"], further["letter"]] == ["A", "B"]
    assert (further["note"], further["unneeded"], further["last_seen_at"]) == ("the test", "", None)
    table = call(baselines, "variants", "list", SET).output.splitlines()
    assert len(table) == 3
    assert table[0].split()[:2] == ["VIEW", "VARIANT"]

    with pytest.raises(NotFound, match="has no picture 'C'"):
        call(baselines, "variants", "remove", SET, "shop/home@desktop", "C")
    with pytest.raises(UsageError, match="'home' is no view; write it as playbook/name@viewport"):
        call(baselines, "variants", "remove", SET, "home", "B")
    gone = call(baselines, "variants", "remove", SET, "shop/home@desktop", "a").output

    assert gone == (
        "variant A of shop/home@desktop is approved no more: it has 1 approved picture; undo it with: "
        "inspect-pipelines baselines rollback nightly-shop\n"
    )
    assert listed() == []
    with pytest.raises(Refused, match="is the only one that is approved"):
        call(baselines, "variants", "remove", SET, "shop/home@desktop", "B")
    call(baselines, "rollback", SET)
    assert len(listed()) == 2


def test_adopting_as_a_variant_says_what_became_of_it(house: House, run: Run) -> None:
    with pytest.raises(UsageError, match="a further variant leaves what is approved"):
        call(baselines, "adopt", run.id, "--as-variant", "--drop", "cart")
    with pytest.raises(UsageError, match="only a further variant has an end"):
        call(baselines, "adopt", run.id, "--until", "3d")
    with pytest.raises(UsageError, match="a variant ends within 366 days"):
        call(baselines, "adopt", run.id, "--as-variant", "--until", "500d")

    told = call(baselines, "adopt", run.id, "--as-variant", "--until", "3d").output

    assert f"1 view may look as in run {run.id} as well until " in told
    assert "inspect-pipelines baselines variants list nightly-shop" in told


def test_what_no_run_shows_any_more_is_offered_for_removal(house: House, run: Run) -> None:
    call(baselines, "adopt", run.id, "--as-variant")
    late = house.clock.now() + timedelta(days=40)
    track = Track(run.id, "m", run.id, late)  # type: ignore[arg-type]
    with house.ledger.write() as ledger:
        ledger.drift_tracks.keep(
            SET, {HOME: {"A": track, "B": replace(track, last_at=late - timedelta(days=35))}}
        )

    table = call(baselines, "variants", "list", SET).output

    assert "variant B of shop/home@desktop can go, no run has shown it since" in table
    assert "inspect-pipelines baselines variants remove nightly-shop shop/home@desktop B" in table
