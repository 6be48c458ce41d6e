"""Every example in the documents is one that works: its YAML is taken, its commands exist, the tutorial and the how-tos are played."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from inspect_pipelines.config.document import Document
from inspect_pipelines.config.fragment_document import FragmentDocument
from inspect_pipelines.config.playbook_document import PlaybookDocument, PlaybookSpec
from inspect_pipelines.config.schedule_document import OrganizationConfigDocument, ScheduleConfigDocument
from inspect_pipelines.config.yaml_text import parse
from shown import PAGES, ROOT, Block, blocks, commands, wrong_in

KINDS: dict[str, type[Document]] = {
    "Playbook": PlaybookDocument,
    "Fragment": FragmentDocument,
    "ScheduleConfig": ScheduleConfigDocument,
    "OrganizationConfig": OrganizationConfigDocument,
}
YAML = [*blocks("yaml")]


def wrapped(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a page shows of a file, in the place where it stands in that file."""
    if shown.keys() <= PlaybookSpec.model_fields.keys():
        return {"kind": "Playbook", "spec": shown}
    if "spec" in shown:
        return {"kind": "Playbook", **shown}
    if shown.keys() & {"triggers", "schedules"}:
        return {"kind": "ScheduleConfig", **shown}
    if "mapping" in shown:
        return {"kind": "OrganizationConfig", "sources": [shown]}
    if "conditions" in shown:
        return {"kind": "ScheduleConfig", "triggers": [shown]}
    return {"kind": "OrganizationConfig", **shown}


@pytest.mark.parametrize("block", YAML, ids=str)
def test_every_yaml_that_is_shown_has_keys_and_values_that_are_taken(block: Block) -> None:
    text = block.text.replace("clik:", "click:")  # the one mistake that the tutorial makes on purpose
    source, odd = parse(text.encode(), str(block))
    shown = source.value
    document = shown if "kind" in shown and "apiVersion" in shown else wrapped(shown)

    wrong: list[Any] = []
    try:
        KINDS[document["kind"]].model_validate(document)
    except ValidationError as error:
        wrong = [
            each for each in error.errors() if each["type"] != "missing"
        ]  # a page may leave out the rest

    assert (odd, wrong) == ([], [])


def test_every_command_that_is_shown_exists_with_its_options() -> None:
    wrong = [f"{place}  {why}" for place, given in commands() if (why := wrong_in(given))]

    assert wrong == []


def test_the_reference_says_what_the_schemas_say() -> None:
    """Else: `python docs/reference.py`."""
    written = runpy.run_path(str(ROOT / "docs/reference.py"))["reference"]()

    assert (ROOT / "docs/reference.md").read_text(encoding="utf-8") == written


def test_every_page_of_a_how_to_stands_in_their_list() -> None:
    listed = (ROOT / "docs/how-to/README.md").read_text(encoding="utf-8")
    pages = [page.name for page in PAGES if page.parent.name == "how-to" and page.name != "README.md"]

    assert pages
    assert [name for name in pages if f"]({name})" not in listed] == []
