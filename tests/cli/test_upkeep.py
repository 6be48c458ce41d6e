"""`history prune` as a person uses it."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from builders import a_schedule
from inspect_pipelines.cli.history import history
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as wired
from loopback_site.server import png


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    house = wired(Settings())
    house.ledgers.migrate()
    return house


def call(*arguments: str) -> Any:
    return CliRunner().invoke(history, arguments, catch_exceptions=False)


def published(house: House) -> House:
    house.publication.publish(Compiled(1, Naming(DEFAULT_ORG), house.clock.now(), "d", (a_schedule(),)))
    return house


def test_pruning_tells_every_kind_before_and_after_and_the_two_agree(house: House) -> None:
    published(house)
    sha = house.gallery.put(png(10, 1))
    path = house.gallery.path(sha)  # type: ignore[attr-defined]
    os.utime(path, (0, 0))

    dry = call("prune", "--dry-run")
    was_there = path.exists()
    done = call("prune")
    again = json.loads(call("prune", "--json").output)

    assert was_there
    assert not path.exists()
    assert dry.output.startswith("WOULD GO  KIND")
    assert done.output.split()[1:] == dry.output.split()[2:], "all but the heading is the same"
    assert "1  pictures" in done.output
    assert done.output.endswith("0 pictures and files are referred to and stay\n")
    assert [one["count"] for one in again["gone"]] == [0] * 9
    assert [one["kind"] for one in again["gone"]][:2] == ["pictures", "traces, films and network logs"]


def test_after_a_leap_of_the_clock_a_person_has_to_say_that_it_is_right(house: House) -> None:
    published(house)
    with house.ledger.write() as ledger:
        long_ago = house.clock.now() - timedelta(days=300)
        ledger.audit.append("retention.swept", "home", by="service:runs", at=long_ago)

    with pytest.raises(Refused, match=r"300 days after the last sweep.* or now, with --trust-clock"):
        call("prune")
    dry, done = call("prune", "--dry-run"), call("prune", "--trust-clock")

    assert (dry.exit_code, done.exit_code) == (0, 0)
    assert done.output.startswith("GONE  KIND")


def test_a_home_to_which_nothing_was_applied_has_nothing_to_prune(house: House) -> None:
    assert "nothing was applied to this home yet" in call("prune").output
