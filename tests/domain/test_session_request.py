from __future__ import annotations

import pytest

from builders import a_plan, a_playbook, a_run, a_schedule, a_trigger
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.session_request import session_requests, values_for
from inspect_pipelines.domain.variable import Variable, VariableType
from inspect_pipelines.errors import UsageError


def test_every_playbook_of_the_plan_gets_a_request_whose_id_follows_from_the_run():
    books = (a_playbook(), a_playbook(id=PlaybookId("account")))
    definition = a_schedule(plan=a_plan(playbooks=books))

    found = session_requests(a_run(), definition)

    assert [(one.id, one.playbook.id) for one in found] == [
        (f"{a_run().id}.1", "shop"),
        (f"{a_run().id}.2", "account"),
    ]


def test_given_beats_planned_beats_default():
    book = a_playbook(variables=tuple(Variable(name, default="default") for name in ("a", "b", "c")))

    values = values_for(book, {"a": "planned", "b": "planned"}, {"a": "given"})

    assert {name: value.text for name, value in values.items()} == {
        "a": "given",
        "b": "planned",
        "c": "default",
    }


def test_what_an_event_says_replaces_nothing_that_the_plan_says_unless_a_person_asks():
    book = a_playbook(variables=(Variable("environment"),))
    trigger = a_trigger(plan=a_plan(playbooks=(book,), variables={"environment": "shop"}))
    spoken = {"environment": "staging"}

    (of_event,) = session_requests(a_run(origin="event:1:post-merge", variables=spoken), trigger)
    (of_person,) = session_requests(a_run(origin="request:1", variables=spoken), trigger)

    assert (of_event.values["environment"].text, of_person.values["environment"].text) == ("shop", "staging")


def test_a_planned_value_is_filled_with_what_an_event_says():
    book = a_playbook(variables=(Variable("title"),))

    values = values_for(book, {"title": "see {{pr_title}}"}, {"pr_title": "prices"}, context=("pr_title",))

    assert values["title"].text == "see prices"


def test_a_secret_is_a_reference_and_what_may_be_missing_is_empty():
    book = a_playbook(variables=(Variable("token", secret=True), Variable("note", required=False)))

    values = values_for(book, {"token": "${env:TOKEN}"}, {})

    assert (values["token"].is_secret_reference, values["note"].text) == (True, "")


@pytest.mark.parametrize(
    ("variable", "planned", "sentence"),
    [
        (Variable("a", required=True), {}, "playbook 'shop' needs the variable 'a', which has no value"),
        (Variable("a"), {"a": "{{pr_title}}"}, "needs {{pr_title}}, which only an event brings"),
        (Variable("a", secret=True), {"a": "hunter2"}, "is secret, so its value must be a reference"),
    ],
)
def test_what_cannot_be_filled_in_is_told(variable, planned, sentence):
    with pytest.raises(UsageError) as refused:
        values_for(a_playbook(variables=(variable,)), planned, {})

    assert sentence in str(refused.value)


def test_what_an_event_says_is_cut_to_what_the_variable_holds():
    """Titles of 201 to 256 characters, and thirty paths in a `text`, kept their runs from starting."""
    book = a_playbook(
        variables=(Variable("title"), Variable("paths", VariableType.TEXT), Variable("n", VariableType.INT))
    )
    spoken = {
        "pr_title": "x" * 256,
        "changed_paths": "\n".join(f"src/checkout/{n:03}.ts" for n in range(40)),
        "pr_number": "7",
    }
    planned = {"title": "see {{pr_title}}", "paths": "{{changed_paths}}", "n": "{{pr_number}}"}

    values = values_for(book, planned, spoken, context=tuple(spoken))

    assert values["title"].text == ("see " + "x" * 256)[:200]
    assert values["paths"].text == spoken["changed_paths"][:500]
    assert values["n"].text == "7"


def test_what_an_event_lacks_is_told_in_words_for_an_event():
    book = a_playbook(variables=(Variable("title", required=True),))

    with pytest.raises(UsageError) as unfilled:
        values_for(book, {"title": "{{pr_title}}"}, {}, context=("pr_title",))
    with pytest.raises(UsageError) as missing:
        values_for(book, {}, {}, context=("pr_title",))

    assert str(unfilled.value) == "variable 'title' needs {{pr_title}}, which this event does not bring"
    assert str(missing.value).endswith("which has no value; give one in the definition's variables")


def test_an_argument_that_a_command_leaves_out_is_the_playbooks_default():
    book = a_playbook(variables=(Variable("theme", default="light"), Variable("note", required=False)))
    planned = {"theme": "{{args.theme}}", "note": "{{args.note}}"}

    left_out = values_for(book, planned, {}, context=("repo",))
    given = values_for(book, planned, {"args.theme": "dark", "args.note": ""}, context=("repo",))

    assert [left_out["theme"].text, left_out["note"].text] == ["light", ""]
    assert [given["theme"].text, given["note"].text] == ["dark", ""]


def test_what_the_event_does_not_tell_has_no_default():
    book = a_playbook(variables=(Variable("theme", default="light"),))

    with pytest.raises(UsageError, match=r"needs \{\{data.theme\}\}, which this event does not bring"):
        values_for(book, {"theme": "{{data.theme}}"}, {}, context=("repo",))


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("a&b=evil#frag", "https://shop.test/pr/a%26b%3Devil%23frag/"),
        ("../../admin", "https://shop.test/pr/..%2F..%2Fadmin/"),
        ("@evil.test", "https://shop.test/pr/%40evil.test/"),
    ],
)
def test_in_an_address_what_an_event_says_stays_data_of_its_place(said: str, address: str):
    book = a_playbook(variables=(Variable("target", VariableType.URL),))
    planned = {"target": "https://shop.test/pr/{{data.x}}/"}

    values = values_for(book, planned, {"data.x": said}, ("shop.test",), context=("repo",))

    assert values["target"].text == address


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        ("{{data.x}}", "https://evil.test/"),
        ("{{data.x}}", "javascript:alert(1)"),
        ("{{data.x}}", "https://shop.test/" + "a" * 3000),
        ("https://shop.test{{data.x}}", ".evil.test/"),
        ("https://shop.test/{{data.x}}/x", ".."),
    ],
)
def test_an_address_that_an_event_says_goes_where_it_may_or_nowhere(planned: str, said: str):
    book = a_playbook(variables=(Variable("target", VariableType.URL),))

    with pytest.raises(UsageError):
        values_for(book, {"target": planned}, {"data.x": said}, ("shop.test",), context=("repo",))
