from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from inspect_pipelines.config.descriptions import OF
from inspect_pipelines.config.project import load_project
from inspect_pipelines.config.schema import DOCUMENTS, schema_of, write_schemas
from inspect_pipelines.config.starter import schedule_of, write_starter
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.errors import Refused, Unavailable, UsageError
from resources.channels.registry import CHANNELS

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "base", "path"),
    [
        ("https://acme.com", "https://acme.com", "/"),
        ("http://127.0.0.1:8000/shop?a=1#b", "http://127.0.0.1:8000", "/shop?a=1#b"),
        ("https://acme.com/it's: {odd}", None, None),
    ],
)
def test_the_first_files_are_valid_and_watch_the_page(tmp_path, url, base, path):
    if base is None:
        url, base, path = url.replace(" ", "%20"), "https://acme.com", "/it's:%20{odd}"

    files = write_starter(tmp_path, tmp_path / ".inspect", identifier="shop", url=url)

    project = load_project(tmp_path, kinds=CHANNELS, now=NOW)
    assert files == ["schedules.yaml", "playbooks/shop.yaml", "organization.yaml"]
    assert set(project.files) == set(files)
    assert project.warnings == ()
    (playbook,) = project.definitions[0].plan.playbooks
    assert (project.definitions[0].id, playbook.id, playbook.base_url) == ("shop", "shop", base)
    assert next(playbook.actions()) == Goto(path)


@pytest.mark.parametrize("there", ["playbooks/shop.yaml", "organization.yaml"])
def test_what_is_there_is_never_overwritten(tmp_path, there):
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")

    with pytest.raises(Refused) as error:
        write_starter(tmp_path, tmp_path, identifier="shop", url="https://acme.com")

    assert str(error.value) == (
        f"{there!r} in {str(tmp_path)!r} would be overwritten; nothing was written: "
        "name another playbook with --id, or an empty folder with --project"
    )
    files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert (files, (tmp_path / there).read_text()) == ([there], "mine")


def test_a_project_that_is_begun_gets_one_more_playbook_and_the_lines_that_schedule_it(tmp_path):
    """`init` was of no use from the second playbook on: it refused, as schedules.yaml was there."""
    write_starter(tmp_path, tmp_path, identifier="shop", url="https://acme.com")
    schedules = tmp_path / "schedules.yaml"
    before = schedules.read_text()

    files = write_starter(tmp_path, tmp_path, identifier="search-page", url="https://acme.com/search")

    assert files == ["playbooks/search-page.yaml"]
    assert schedules.read_text() == before
    schedules.write_text(f"{before}{schedule_of('search-page')}\n")
    project = load_project(tmp_path, kinds=CHANNELS, now=NOW)
    assert [(one.id, one.name) for one in project.definitions] == [
        ("shop", "Shop"),
        ("search-page", "Search page"),
    ]
    assert project.warnings == ()


@pytest.mark.parametrize(
    ("identifier", "url", "sentence"),
    [
        ("a b", "https://acme.com", "'a b' is not an id: letters, digits, '-' and '_', at most 100, a letter or digit at both ends"),
        ("../x", "https://acme.com", "'../x' is not an id: letters, digits, '-' and '_', at most 100, a letter or digit at both ends"),
        ("shop", "acme.com", "'acme.com' is not a URL: it must start with 'https://' or 'http://'"),
    ],
)  # fmt: skip
def test_an_id_or_an_address_that_is_none_writes_nothing(tmp_path, identifier, url, sentence):
    with pytest.raises(UsageError) as error:
        write_starter(tmp_path, tmp_path, identifier=identifier, url=url)

    assert str(error.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="cannot be written: file exists"):
        write_starter(tmp_path / "file", tmp_path, identifier="shop", url="https://acme.com")


def test_the_first_files_name_their_schemas_from_where_they_stand(tmp_path):
    home = tmp_path / "state"
    write_starter(tmp_path / "project", home, identifier="shop", url="https://acme.com")
    write_schemas(home, CHANNELS)

    for file in ("schedules.yaml", "playbooks/shop.yaml", "organization.yaml"):
        path = tmp_path / "project" / file
        reference = path.read_text().splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / reference).resolve().is_file(), reference


def test_schemas_are_left_alone_when_they_are_right_and_mended_when_not(tmp_path):
    write_schemas(tmp_path, CHANNELS)
    before = (tmp_path / "playbook.schema.json").stat().st_mtime_ns
    (tmp_path / "schedules.schema.json").write_text("{}")

    write_schemas(tmp_path, CHANNELS)

    assert (tmp_path / "playbook.schema.json").stat().st_mtime_ns == before
    assert "schedules" in json.loads((tmp_path / "schedules.schema.json").read_text())["properties"]


def test_a_home_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable, match=r"the schemas for editors cannot be written to .*: file exists"):
        write_schemas(tmp_path / "file", CHANNELS)


def test_the_playbooks_schema_knows_the_keys_and_the_short_spellings():
    schema = schema_of(DOCUMENTS["playbook.schema.json"], CHANNELS)

    verbs = schema["$defs"]["ActionDocument"]["properties"]
    assert set(verbs) >= {"goto", "click", "fill", "press", "wait_for", "expect_text", "screenshot"}
    assert {"type": "string"} in verbs["screenshot"]["anyOf"]
    assert {"type": "string"} not in verbs["fill"]["anyOf"]
    assert {"type": "string"} in schema["$defs"]["PageDocument"]["properties"]["mask"]["anyOf"]
    assert schema["additionalProperties"] is False
    assert "apiVersion" in schema["required"]


@pytest.mark.parametrize("name", [*DOCUMENTS])
def test_every_key_of_a_schema_says_what_it_means(name):
    """A key without a description goes into config/descriptions.py, or says it at its Field."""
    schema = schema_of(DOCUMENTS[name], CHANNELS)

    shapes = {DOCUMENTS[name].__name__: schema, **schema["$defs"]}
    silent = [
        f"{holder}.{key}"
        for holder, shape in shapes.items()
        for key, described in shape.get("properties", {}).items()
        if not described.get("description", "").endswith(".")
    ]
    assert silent == []


def test_no_description_is_of_a_key_that_is_gone():
    shapes: dict[str, set[str]] = {}
    for document in DOCUMENTS.values():
        schema = schema_of(document, CHANNELS)
        for holder, shape in {document.__name__: schema, **schema["$defs"]}.items():
            shapes.setdefault(holder, set()).update(shape.get("properties", ()))

    gone = {
        f"{holder}.{key}"
        for holder, keys in OF.items()
        for key in keys
        if key not in shapes.get(holder, keys)
    }

    assert gone == set()


def test_the_schedules_schema_knows_the_keys_and_their_bounds():
    definitions = schema_of(DOCUMENTS["schedules.schema.json"], CHANNELS)["$defs"]

    timeout = definitions["ScheduleDocument"]["properties"]["timeout_minutes"]
    assert (timeout["minimum"], timeout["maximum"]) == (1, 1440)
    assert set(definitions["NotifyDocument"]["properties"]) == {
        "on_failure",
        "on_success",
        "on_complete",
        "on_needs_review",
        "on_recovery",
        "on_flaky",
        "alert_after",
        "repeat_every",
        "flap",
    }
