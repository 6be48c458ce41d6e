from __future__ import annotations

from builders import a_plan, a_schedule
from inspect_pipelines.domain.run_filter import About, about


def test_a_branch_or_repository_is_an_events_or_that_of_a_plan() -> None:
    main = a_schedule("main", plan=a_plan(repo="acme/shop", branch="main"))
    other = a_schedule("other", plan=a_plan(repo="acme/blog"))

    found = about([main, other], repo="acme/shop", branch="main", environment="staging")

    assert found == (
        About("repo", "acme/shop", frozenset({main.id})),
        About("base_branch", "main", frozenset({main.id})),
        About("environment", "staging"),
    )


def test_what_is_not_asked_for_filters_nothing() -> None:
    assert about([a_schedule()], repo=None, branch=None, environment=None) == ()
