from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_plan, a_playbook, a_schedule
from inspect_pipelines.config.compiled import compile_definitions, digest, read_compiled, write_compiled
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, Overlap, Plan, RuleEvent
from inspect_pipelines.domain.playbook import (
    Box,
    Click,
    ExpectText,
    ExpectUrl,
    ExpectVisible,
    Fill,
    FindingRules,
    Goto,
    PageRules,
    Playbook,
    Press,
    Step,
    TakeScreenshot,
    Target,
    Variable,
    VariableType,
    Viewport,
    WaitFor,
)
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import Unavailable, Unreadable

TEXT = st.text(max_size=12)
NAME = st.text("abcdef-_09", min_size=1, max_size=8)
NUMBER = st.integers(1, 2000)
SHARE = st.floats(0, 1)
TARGET = st.builds(Target, selector=TEXT, frame=st.none() | TEXT)
ACTION = st.one_of(
    st.builds(Goto, TEXT),
    st.builds(Click, TARGET),
    st.builds(Fill, TARGET, TEXT),
    st.builds(Press, TEXT, st.none() | TARGET),
    st.builds(WaitFor, TARGET, st.sampled_from(["visible", "hidden"]), st.none() | SHARE),
    st.builds(ExpectText, st.none() | TARGET, st.none() | TEXT, st.none() | TEXT),
    st.builds(ExpectVisible, TARGET),
    st.builds(ExpectUrl, TEXT),
    st.builds(
        TakeScreenshot,
        NAME,
        mask=st.lists(TEXT, max_size=2).map(tuple),
        clip=st.none() | st.builds(Box, NUMBER, NUMBER, NUMBER, NUMBER),
        tolerance=st.none() | SHARE,
    ),
)
STEP = st.builds(Step, NAME, TEXT, st.lists(ACTION, max_size=3).map(tuple), timeout_seconds=st.floats(1, 60))
PLAYBOOK = st.builds(
    Playbook,
    NAME,
    TEXT,
    st.lists(STEP, max_size=2).map(tuple),
    variables=st.lists(
        st.builds(Variable, NAME, st.sampled_from(VariableType), default=st.none() | TEXT), max_size=2
    ).map(tuple),
    viewports=st.lists(st.builds(Viewport, NAME, NUMBER, NUMBER, st.floats(1, 3)), max_size=2).map(tuple),
    page=st.builds(PageRules, st.lists(TEXT, max_size=2).map(tuple)),
    findings=st.builds(FindingRules, st.sampled_from(["error", "warning", None])),
)
PLAN = st.builds(
    Plan,
    st.lists(PLAYBOOK, max_size=2).map(tuple),
    variables=st.dictionaries(NAME, TEXT, max_size=2),
    baseline=st.builds(
        BaselinePolicy, set=st.none() | NAME, tolerance=SHARE, region_budget=st.none() | NUMBER
    ),
    notify=st.lists(
        st.builds(NotifyRule, st.sampled_from(RuleEvent), email=st.lists(TEXT, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    overlap=st.sampled_from(Overlap),
)
ORG = st.just(DEFAULT_ORG)
DEFINITION = st.builds(Schedule, NAME, ORG, TEXT, TEXT, TEXT, PLAN, st.booleans()) | st.builds(
    Trigger, NAME, ORG, TEXT, TEXT, PLAN, paths=st.lists(TEXT, max_size=2).map(tuple)
)


def a_trigger(trigger_id: str = "deploy-check") -> Trigger:
    return Trigger(DefinitionId(trigger_id), DEFAULT_ORG, "Deploy", "deployment.completed", a_plan())


@given(st.lists(DEFINITION, max_size=4, unique_by=lambda definition: definition.id))
def test_what_is_published_comes_back_equal(tmp_path_factory, definitions):
    home = tmp_path_factory.mktemp("home")
    compiled = compile_definitions(DEFAULT_ORG, definitions, at=NOW)

    write_compiled(home, compiled)

    assert read_compiled(home) == compiled
    assert digest(read_compiled(home).definitions) == compiled.digest


def test_nothing_published_reads_as_no_definitions(tmp_path):
    compiled = read_compiled(tmp_path / "never")

    assert compiled.definitions == ()
    assert compiled.published_at is None
    assert compiled.digest == digest(())


def test_a_playbook_that_several_definitions_use_is_written_once(tmp_path):
    same = a_playbook()
    copies = [a_schedule(f"s{number}", plan=a_plan(playbooks=(replace(same),))) for number in range(3)]

    write_compiled(tmp_path, compile_definitions(DEFAULT_ORG, [*copies, a_trigger()], at=NOW))

    assert len(json.loads((tmp_path / "compiled.json").read_text())["playbooks"]) == 1


def test_the_digest_follows_the_content_and_not_the_order():
    one, two = a_schedule("one"), a_trigger("two")

    assert digest([one, two]) == digest([two, one])
    assert digest([one, two]) != digest([replace(one, cron="0 3 * * *"), two])
    assert digest([one]) != digest([replace(one, plan=a_plan(playbooks=(a_playbook(base_url="http://x"),)))])


def test_the_file_names_its_organisation_and_time_in_utc(tmp_path):
    write_compiled(tmp_path, compile_definitions(OrgId("acme"), [], at=NOW))

    content = json.loads((tmp_path / "compiled.json").read_text())
    assert (content["org_id"], content["published_at"]) == ("acme", "2026-11-22T07:00:00Z")


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 1}',
        '{"version": 1, "playbooks": [], "definitions": [{"plan": {"playbooks": [7]}}]}',
    ],
)
def test_a_damaged_file_is_unreadable_and_says_how_to_mend_it(tmp_path, damage):
    path = tmp_path / "compiled.json"
    path.write_text(damage)

    with pytest.raises(Unreadable) as error:
        read_compiled(tmp_path)

    assert str(error.value) == f"{str(path)!r} is damaged; run `inspect-pipelines apply` to write it anew"


def test_a_file_of_another_version_is_unreadable(tmp_path):
    (tmp_path / "compiled.json").write_text('{"version": 2}')

    with pytest.raises(Unreadable, match="has version 2, and 1 is wanted; run `inspect-pipelines apply`"):
        read_compiled(tmp_path)


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    (tmp_path / "compiled.json").mkdir()

    with pytest.raises(Unreadable, match="cannot be read: is a directory"):
        read_compiled(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    (tmp_path / "compiled.json").mkdir()  # a rename over a folder fails as a full disk does: late
    (tmp_path / "compiled.json" / "x").touch()

    with pytest.raises(Unavailable, match="cannot be written: is a directory; make room or give access"):
        write_compiled(tmp_path, compile_definitions(DEFAULT_ORG, [], at=NOW))

    assert [path.name for path in tmp_path.iterdir()] == ["compiled.json"]


def test_a_home_that_is_a_file_is_said(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()

    with pytest.raises(Unavailable, match="cannot be written: file exists"):
        write_compiled(blocked, compile_definitions(DEFAULT_ORG, [], at=NOW))
