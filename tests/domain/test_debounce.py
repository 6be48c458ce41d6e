from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_merge, a_trigger
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.debounce import joined, key_of, opened, usual_key
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.trigger import Debounce, Key

MINUTE = timedelta(minutes=1)
TRIGGER = a_trigger(debounce=Debounce(MINUTE, 5 * MINUTE))


def a_batch(**changes):
    event = a_merge()
    return opened(
        "b1", event, a_trigger(**({"debounce": TRIGGER.debounce} | changes)), context_of(event, ()), now=NOW
    )


def test_a_batch_is_due_after_its_quiet_period():
    batch = a_batch()

    assert not batch.is_due(NOW + MINUTE - timedelta(seconds=1))
    assert batch.is_due(NOW + MINUTE)
    assert not batch.closed(RunId("r")).is_due(NOW + MINUTE)


def test_without_debounce_it_is_due_at_once():
    assert a_batch(debounce=Debounce()).is_due(NOW)


def test_a_delay_counts_from_the_first_event_and_no_further_one_moves_it():
    batch = a_batch(debounce=Debounce(), delay=2 * MINUTE)
    context = context_of(a_merge(2, author="bob"), ())

    more = joined(batch, context, Debounce(), now=NOW + MINUTE)

    assert not batch.is_due(NOW + MINUTE)
    assert batch.due_at == more.due_at == NOW + 2 * MINUTE
    assert a_batch(delay=10 * MINUTE).due_at == NOW + 10 * MINUTE, "the longer of the two"
    assert a_batch(delay=timedelta(seconds=1)).due_at == NOW + MINUTE


def test_each_further_event_extends_the_quiet_period_up_to_what_was_promised():
    batch, context = a_batch(), context_of(a_merge(2, author="bob"), ())

    batch = joined(batch, context, TRIGGER.debounce, now=NOW + timedelta(seconds=30))
    assert batch.due_at == NOW + timedelta(seconds=90)
    batch = joined(batch, context, TRIGGER.debounce, now=NOW + timedelta(minutes=4, seconds=30))
    assert batch.due_at == NOW + 5 * MINUTE
    assert batch.events == 3
    assert batch.context.authors == ("ada", "bob")


def test_a_run_that_waits_takes_events_in_without_moving_its_time():
    batch = a_batch().closed(RunId("r"))

    later = joined(batch, context_of(a_merge(2), ()), TRIGGER.debounce, now=NOW + 9 * MINUTE)

    assert later.due_at == batch.due_at
    assert later.context.numbers == ("1", "2")


def test_the_key_is_what_events_must_share():
    debounce = Debounce(key=(Key.REPO, Key.BRANCH, Key.ENVIRONMENT, Key.AUTHOR, Key.NUMBER))
    one = a_merge(1, repo="Acme/Shop", author="Ada")

    assert key_of(one, debounce) == "author=ada\nbranch=main\nenvironment=\nnumber=1\nrepo=acme/shop"
    bare = a_merge(repo=None, branch=None, environment="prod", author=None, actor=None, number=None)
    assert key_of(bare, debounce) == "author=\nbranch=\nenvironment=prod\nnumber=\nrepo="
    assert key_of(one, TRIGGER.debounce) == key_of(a_merge(2), TRIGGER.debounce)


PREVIEWS = [
    {"url": f"https://pr-{number}.shop.test/", "environment": "Preview", "branch": None}
    for number in range(4)
]


@pytest.mark.parametrize(
    ("event", "differing"),
    [
        ("deployment.completed", PREVIEWS),
        ("deployment.failed", PREVIEWS),
        ("deployment.completed", [{"environment": "preview/a"}, {"environment": "preview/b"}]),
        *[
            (kind, [{"number": 7}, {"number": 8}, {"number": 9}])
            for kind in (
                *(
                    f"pull_request.{action}"
                    for action in ("opened", "synchronize", "reopened", "labeled", "closed")
                ),
                *("issue.created", "issue_comment.created", "workflow_run.completed", "preview.ready"),
            )
        ],
        ("release.published", [{"url": "https://h/tag/a@1"}, {"url": "https://h/tag/b@1"}]),
        ("push", [{"branch": "main"}, {"branch": "dev"}]),
    ],
)
def test_events_about_different_things_are_never_one_run_unless_somebody_says_so(event, differing):
    """Four previews that were ready within seconds, three opened requests, `/inspect` on two of them: each was one run."""
    debounce = Debounce(key=usual_key(event))

    keys = {key_of(a_merge(type=event, **changes), debounce) for changes in differing}

    assert len(keys) == len(differing)


@pytest.mark.parametrize("event", ["pull_request.merged", "push"])
def test_what_changes_one_branch_is_one_run_on_its_newest_commit(event):
    debounce = Debounce(key=usual_key(event))
    number = {"number": None} if event == "push" else {}

    assert key_of(a_merge(1, type=event, **number), debounce) == key_of(
        a_merge(2, type=event, **number), debounce
    )


def test_commit_and_address_can_be_what_events_must_share():
    debounce = Debounce(key=(Key.SHA, Key.URL))

    assert key_of(a_merge(1, url="https://a/"), debounce) == f"sha={1:040x}\nurl=https://a/"
    assert key_of(a_merge(sha=None, url=None), debounce) == "sha=\nurl="


@given(st.text(max_size=20), st.sampled_from([None, "main"]), st.integers(0, 3), st.integers(0, 3))
def test_pull_requests_are_told_apart_by_number_and_by_nothing_that_changes(action, branch, one, other):
    debounce = Debounce(key=usual_key(f"pull_request.x{action}"))

    keys = [key_of(a_merge(n, branch=branch), debounce) for n in (one, other)]

    assert (keys[0] == keys[1]) == (one == other)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_a_batch_never_starts_later_than_promised(gaps):
    batch, now = a_batch(), NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        batch = joined(batch, context_of(a_merge(2), ()), TRIGGER.debounce, now=now)
        assert NOW + MINUTE <= batch.due_at <= NOW + 5 * MINUTE
