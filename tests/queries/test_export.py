"""What is exported is what `apply` takes over."""

from __future__ import annotations

from pathlib import Path

from builders import NOW
from houses import a_house
from inspect_pipelines.domain.definition_change import DefinitionChangeKind
from inspect_pipelines.queries.export import export_text
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.usecases.definitions.plan import propose
from project_files import ENTRY, MADE, Files

PR = {"id": "pr", "event": "pull_request.opened", "playbook": "shop", "debounce": "60s"}


def test_an_export_that_is_applied_is_taken_over(tmp_path: Path) -> None:
    files, house = Files(tmp_path / "project"), a_house(tmp_path / "home")
    files.apply(house)
    create_definition(house, "schedule", MADE, by="user:eve")
    create_definition(house, "trigger", PR, by="user:eve")

    exported = export_text(house)
    files.write("schedules.yaml", exported.replace("\nschedules:\n", f"\nschedules:\n{ENTRY}"))
    proposal = propose(house.ledger, files.read(), now=NOW)
    files.apply(house)

    assert "nightly" not in exported
    assert proposal.clashes == ()
    assert [(one.kind, one.definition.id) for one in proposal.changes] == [
        (DefinitionChangeKind.TAKE_OVER, "smoke"),
        (DefinitionChangeKind.TAKE_OVER, "pr"),
    ]
    assert export_text(house).endswith("schedules: []\ntriggers: []\n")
