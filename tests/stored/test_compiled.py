from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_plan, a_playbook, a_schedule
from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Press
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, Overlap, Plan, RuleEvent
from inspect_pipelines.domain.playbook import (
    FindingRules,
    PageRules,
    Playbook,
    Step,
    Variable,
    VariableType,
    Viewport,
)
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.stored.compiled import (
    channels_of,
    compile_definitions,
    digest,
    dump_compiled,
    load_compiled,
)
from inspect_pipelines.stored.definition import SCHEDULE

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
    st.builds(ExpectPopup, TEXT),
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
        st.builds(NotifyRule, st.sampled_from(RuleEvent), targets=st.lists(TEXT, max_size=2).map(tuple)),
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


OURS = Naming(DEFAULT_ORG)


@given(st.lists(DEFINITION, max_size=4, unique_by=lambda definition: definition.id))
def test_what_is_published_comes_back_equal(definitions):
    compiled = compile_definitions(OURS, definitions, at=NOW)

    again = load_compiled(dump_compiled(compiled).encode())

    assert again == compiled
    assert digest(again.definitions) == compiled.digest


def test_a_playbook_that_several_definitions_use_is_written_once():
    same = a_playbook()
    copies = [a_schedule(f"s{number}", plan=a_plan(playbooks=(replace(same),))) for number in range(3)]

    text = dump_compiled(compile_definitions(OURS, [*copies, a_trigger()], at=NOW))

    assert len(json.loads(text)["playbooks"]) == 1


def test_the_digest_follows_the_content_and_not_the_order():
    one, two = a_schedule("one"), a_trigger("two")

    assert digest([one, two]) == digest([two, one])
    assert digest([one, two]) != digest([replace(one, cron="0 3 * * *"), two])
    assert digest([one]) != digest([replace(one, plan=a_plan(playbooks=(a_playbook(base_url="http://x"),)))])


@pytest.mark.parametrize("is_first", [True, False])
def test_the_text_names_its_organisation_whether_it_is_the_first_and_its_time_in_utc(is_first):
    naming = Naming(OrgId("acme"), is_first)

    text = dump_compiled(compile_definitions(naming, [], at=NOW))

    content = json.loads(text)
    assert (content["org_id"], content["published_at"]) == ("acme", "2026-11-22T07:00:00Z")
    assert load_compiled(text.encode()).naming == naming


def test_a_text_of_a_newer_version_is_unreadable():
    with pytest.raises(Unreadable, match="has version 4, and 3 is wanted"):
        load_compiled(b'{"version": 4}')


@pytest.mark.parametrize("version", [99, 0, "2", None])
def test_a_definition_of_a_version_that_is_not_known_is_unreadable(version):
    content = json.loads(
        dump_compiled(compile_definitions(Naming(DEFAULT_ORG, True), [a_schedule()], at=NOW))
    )
    content["definitions"][0]["version"] = version

    with pytest.raises(
        Unreadable,
        match=re.escape(f"has a schedule of version {version!r}, and {SCHEDULE.version} is wanted"),
    ):
        load_compiled(json.dumps(content).encode())


def test_definitions_that_share_a_playbook_share_it_when_they_are_read():
    plan = a_plan()
    compiled = compile_definitions(
        Naming(DEFAULT_ORG, True), [a_schedule("a", plan=plan), a_schedule("b", plan=plan)], at=NOW
    )

    first, second = load_compiled(dump_compiled(compiled).encode()).definitions

    assert first.plan.playbooks[0] is second.plan.playbooks[0]


@pytest.mark.parametrize("version", [1, 2])
def test_what_an_older_version_published_tells_the_same_people(version):
    """Rules had a field for each kind of channel; read as they stand, they would tell nobody."""
    definition = a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa", "github")),)))
    content = json.loads(dump_compiled(compile_definitions(Naming(DEFAULT_ORG, True), [definition], at=NOW)))
    content["version"] = version
    del content["definitions"][0]["version"]  # the whole had one, its definitions did not
    content["definitions"][0]["plan"]["notify"] = [
        {"event": "on_failure", "slack_channel": "#qa", "github": True, "email": [], "mention": []}
    ]
    content["channels"] = {"channels": [{"name": "mail", "kind": "email", "mail": {"host": "smtp.test"}}]}
    text = json.dumps(content).encode()

    assert load_compiled(text).definitions == (definition,)
    assert load_compiled(text).channels == channels_of(text)
    assert channels_of(text).channels[0].options == {"host": "smtp.test"}
