from __future__ import annotations

import pytest

from builders import a_merge, a_plan, a_playbook, a_trigger
from inspect_pipelines.config.pattern import found
from inspect_pipelines.domain.asked import Arguments, Unknown, arguments_taken, asked_by, unknowns
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.match import Fit, lacking, match
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.domain.variable import Variable


def a_comment(line: str = "", **changes: object) -> Event:
    data = {
        "command": "/inspect",
        "arguments": line,
        "author_association": "MEMBER",
        "is_pull_request": True,
        "comment_id": 501,
    } | dict(changes.pop("data", {}))  # type: ignore[call-overload]
    return a_merge(
        type="issue_comment.created", **({"sha": None, "branch": None, "paths": None, "data": data} | changes)
    )


def a_commanded(*variables: Variable, values: dict[str, str] | None = None, **changes: object) -> Trigger:
    plan = a_plan(playbooks=(a_playbook(variables=variables),), variables=values or {})
    return a_trigger(**({"event": "issue_comment.created", "plan": plan} | changes))


THEME = Variable("theme", default="light")


def test_what_is_asked_stands_in_variables_defaults_and_mentions() -> None:
    rule = NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",), mention=("{{actor}}",))
    book = a_playbook(
        variables=(Variable("focus", default="{{changed_paths}}"), Variable("a"), Variable("b"))
    )
    plan = a_plan(
        playbooks=(book,), variables={"a": "{{data.x.y}} {{repo}}", "unused": "all"}, notify=(rule,)
    )

    assert asked_by(a_trigger(plan=plan)) == {"actor", "changed_paths", "data.x.y", "repo"}


@pytest.mark.parametrize(
    ("variable", "text", "needed"),
    [
        (Variable("theme", default="light"), "{{args.theme}}", False),
        (Variable("theme", required=False), "{{ args.theme }}", False),
        (Variable("theme", required=True), "{{args.theme}}", True),
        (Variable("theme", default="light"), "{{args.theme}}-mode", True),
    ],
)
def test_an_argument_is_needed_when_nothing_stands_in_for_it(
    variable: Variable, text: str, needed: bool
) -> None:
    trigger = a_commanded(variable, values={"theme": text})

    assert arguments_taken(trigger) == Arguments(frozenset({"theme"}), frozenset({"theme"} if needed else ()))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("theme=dark", None),
        ("post-merge theme=dark", None),
        ("", None),
        ("theme=", None),
        ("thme=dark", "the command gives 'thme', which 'post-merge' does not take; it takes: theme"),
        ('theme="dark', "the command has a quote that is not closed"),
        ("other theme=dark", "the comment asks for 'other'"),
    ],
)
def test_a_command_with_an_argument_that_nobody_takes_is_refused(line: str, reason: str | None) -> None:
    answer = match(a_comment(line), a_commanded(THEME, values={"theme": "{{args.theme}}"}), search=found)

    assert (answer.answer, answer.is_refused_command) == (
        (Fit.YES, False) if reason is None else (Fit.NO, True)
    )
    assert reason is None or answer.reason == reason


def test_a_command_that_lacks_what_the_run_needs_is_refused() -> None:
    answer = match(
        a_comment(""),
        a_commanded(Variable("theme", required=True), values={"theme": "{{args.theme}}"}),
        search=found,
    )

    assert answer.reason == "the command lacks theme=.., which 'post-merge' needs"


def test_a_no_of_another_repository_refuses_nobody() -> None:
    answer = match(a_comment("", repo="acme/api"), a_commanded(THEME, repo="acme/shop"), search=found)

    assert (answer.answer, answer.is_refused_command) == (Fit.NO, False)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (a_commanded(THEME), ()),
        (a_commanded(THEME, paths=("src/**",)), (Unknown.PATHS,)),
        (a_commanded(Variable("f", default="{{changed_paths}}")), (Unknown.PATHS,)),
        (a_commanded(THEME, branches=("main",)), (Unknown.PULL,)),
        (a_commanded(Variable("c", default="{{head_sha}}")), (Unknown.PULL,)),
        (
            a_commanded(Variable("u", default="{{deploy_url}} {{commit_sha}}")),
            (Unknown.PULL, Unknown.PREVIEW),
        ),
    ],
)
def test_a_commented_pull_request_is_asked_about_as_far_as_the_trigger_wants(
    trigger: Trigger, expected: tuple[Unknown, ...]
) -> None:
    comment = a_comment()

    assert unknowns(comment, trigger) == lacking(comment, trigger, search=found) == expected
    known = a_comment(sha="a" * 40, branch="main", paths=("src/a",), data={"preview_url": "https://p.test"})
    assert match(known, trigger, search=found).answer is Fit.YES


def test_a_comment_on_an_issue_is_no_for_what_is_about_pull_requests() -> None:
    """`{{changed_paths}}` waited an hour for the files of an issue."""
    comment = a_comment(data={"is_pull_request": False})

    answer = match(comment, a_commanded(THEME, paths=("src/**",)), search=found)

    assert answer.reason == "the comment is on an issue, and the trigger is about pull requests"
    assert match(comment, a_commanded(THEME), search=found).answer is Fit.YES


def test_a_branch_that_is_known_decides_for_a_comment_too() -> None:
    known = a_comment(sha="a" * 40, branch="dev")

    assert match(known, a_commanded(THEME, branches=("main",)), search=found).reason == (
        "branch 'dev' is not in main"
    )
