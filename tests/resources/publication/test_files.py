"""The publication as files: whole or not at all, damage told, and what homes of one organisation hold taken over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule
from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.debounce import usual_key
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.domain.trigger import Debounce, Trigger
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.stored.compiled import compile_definitions
from resources.publication import FilePublication

ACME = OrgId("acme")
NOTHING = compile_definitions(Naming(DEFAULT_ORG), [], at=NOW)
FROZEN = Path(__file__).with_name("compiled_v1.json")  # as version 1 wrote it; never made anew
DAMAGES = [
    "",
    "{",
    "[]",
    "null",
    '{"version": 1}',
    '{"version": 2, "org_id": "default", "playbooks": [], "definitions": [{"plan": {"playbooks": [7]}}]}',
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "compiled").mkdir()
    return tmp_path / "compiled" / "default.json"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_unreadable_and_says_how_to_mend_it(
    tmp_path: Path, path: Path, damage: str
) -> None:
    path.write_text(damage)

    for read in (lambda: FilePublication(tmp_path).read(DEFAULT_ORG), FilePublication(tmp_path).all):
        with pytest.raises(Unreadable) as error:
            read()
        assert str(error.value) == f"{str(path)!r} is damaged; run `inspect-pipelines apply` to write it anew"


def test_a_file_of_a_newer_version_is_unreadable(tmp_path: Path, path: Path) -> None:
    path.write_text('{"version": 4}')

    with pytest.raises(
        Unreadable, match=r"default.json' has version 4, and 3 is wanted; run `inspect-pipelines apply`"
    ):
        FilePublication(tmp_path).read(DEFAULT_ORG)


def test_a_file_that_was_copied_from_another_organisation_is_unreadable(tmp_path: Path, path: Path) -> None:
    publication = FilePublication(tmp_path)
    publication.publish(NOTHING)
    path.with_name("acme.json").write_bytes(path.read_bytes())

    with pytest.raises(Unreadable, match=r"acme.json' is of organisation 'default'"):
        publication.read(ACME)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, path: Path) -> None:
    path.mkdir()

    with pytest.raises(Unreadable, match="cannot be read: is a directory"):
        FilePublication(tmp_path).read(DEFAULT_ORG)


@pytest.mark.parametrize("text", ["{", "[]", '{"channels": {"channels": [{"name": 1}]}}'])
def test_a_damaged_file_is_an_error_and_not_an_absence_of_channels(
    tmp_path: Path, path: Path, text: str
) -> None:
    path.write_text(text)

    with pytest.raises(Unreadable, match="run `inspect-pipelines apply` to write it anew"):
        FilePublication(tmp_path).channels(DEFAULT_ORG)


@pytest.mark.parametrize("text", ["", "[]", '{"limits": 3}', '{"org_id": "default", "limits": {"host": 3}}'])
def test_damaged_limits_are_the_default_ones(tmp_path: Path, path: Path, text: str) -> None:
    path.write_text(text)

    assert FilePublication(tmp_path).limits() == ((Naming(DEFAULT_ORG), Limits()),)


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path, path: Path) -> None:
    path.mkdir()  # a rename over a folder fails as a full disk does: late
    (path / "x").touch()

    with pytest.raises(Unavailable, match="cannot be written: is a directory; make room or give access"):
        FilePublication(tmp_path).publish(NOTHING)

    assert [found.name for found in path.parent.iterdir()] == ["default.json"]


def test_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable, match="cannot be written: not a directory"):
        FilePublication(tmp_path / "file").publish(NOTHING)


@pytest.mark.parametrize("look", ["organizations", "all", "limits", "stamp"])
def test_what_a_home_of_one_organisation_published_is_taken_over_when_it_is_first_read(
    tmp_path: Path, look: str
) -> None:
    (tmp_path / "compiled.json").write_bytes(FROZEN.read_bytes())
    publication = FilePublication(tmp_path)

    getattr(publication, look)()

    assert not (tmp_path / "compiled.json").exists()
    assert (tmp_path / "compiled" / "acme.json").read_bytes() == FROZEN.read_bytes()


def test_what_a_home_of_one_organisation_published_says_the_same_as_before_and_has_plain_names(
    tmp_path: Path,
) -> None:
    (tmp_path / "compiled.json").write_bytes(FROZEN.read_bytes())

    (found,) = FilePublication(tmp_path).all()

    assert (found.naming, found.published_at) == (Naming(ACME, is_first=True), NOW)
    assert found.digest == json.loads(FROZEN.read_text())["digest"]
    deploy, nightly = found.definitions
    key = usual_key(
        "deployment.completed"
    )  # what was the usual one of all kinds is now the usual one of this kind
    assert deploy == Trigger(
        DefinitionId("deploy-check"),
        ACME,
        "Deploy",
        "deployment.completed",
        a_plan(),
        debounce=Debounce(key=key),
    )
    assert nightly.plan == a_schedule("nightly-shop").plan
    assert found.limits == Limits(target_host=3)
    assert found.channels == Channels(
        (ChannelConfig("dry", "files"),), (Person("octocat", slack="U024BE7LH"),)
    )


def test_another_organisation_that_is_applied_first_takes_it_over_too(tmp_path: Path) -> None:
    (tmp_path / "compiled.json").write_bytes(FROZEN.read_bytes())
    publication = FilePublication(tmp_path)

    publication.publish(NOTHING)

    assert publication.organizations() == ("acme", "default")
    assert not (tmp_path / "compiled.json").exists()


def test_a_damaged_file_of_before_is_told_until_somebody_applies(tmp_path: Path) -> None:
    (tmp_path / "compiled.json").write_text("{")
    publication = FilePublication(tmp_path)

    for read in (publication.all, lambda: publication.read(ACME), lambda: publication.channels(ACME)):
        with pytest.raises(Unreadable, match=r"compiled.json' is damaged; run `inspect-pipelines apply`"):
            read()
    publication.publish(NOTHING)

    assert publication.all() == (NOTHING,)


def test_a_file_of_before_that_names_a_folder_elsewhere_goes_nowhere(tmp_path: Path) -> None:
    (tmp_path / "compiled.json").write_text('{"version": 1, "org_id": "../../elsewhere"}')

    with pytest.raises(Unreadable, match="is damaged"):
        FilePublication(tmp_path).all()

    assert (tmp_path / "compiled.json").exists()
