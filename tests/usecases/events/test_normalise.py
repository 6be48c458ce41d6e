"""Deliveries as events: every example, every mapping, and what somebody may send to break us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_delivery, a_source
from inspect_pipelines.domain.event import Event, EventStatus, SourceKind
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.domain.source import Source
from inspect_pipelines.stored.serial import dump_json, load_json
from inspect_pipelines.usecases.events.normalise import normalise
from senders import PAYLOADS, as_json, payload

SEVEN = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
MERGE = "9049f1265b7d61be4a8904a9a27120d2064dab3b"
DEPLOY = a_source(kind=SourceKind.DEPLOY)
GENERIC = a_source(kind=SourceKind.GENERIC)


def event_of(body: bytes, source: Source, kind: str = "") -> Event:
    return normalise(a_delivery(body=body, kind=kind, source_kind=source.kind), source)


def generic(**fields: Any) -> Event:
    return event_of(as_json({"type": "alert.fired", **fields}), GENERIC)


def example(name: str) -> tuple[bytes, Source, str]:
    first, _, rest = name.partition(".")
    sender = next((kind for kind in MAPPINGS if kind.value == rest.partition("-")[0]), None)
    if sender is not None:
        return payload(name), a_source(kind=sender), ""
    if first == "deploy":
        return payload(name), a_source(kind=SourceKind.DEPLOY), ""
    if first == "generic":
        return payload(name), GENERIC, ""
    return payload(name), a_source(), first


@pytest.mark.parametrize("name", sorted(file.stem for file in PAYLOADS.glob("*.json")))
def test_no_example_is_unreadable_and_each_event_survives_its_storing(name: str) -> None:
    event = event_of(*example(name))

    assert event.status in (EventStatus.RECEIVED, EventStatus.IGNORED), event.problem
    assert load_json(Event, dump_json(event)) == event


def test_an_event_has_its_deliverys_ids_and_nothing_of_its_payload_but_what_is_named() -> None:
    delivery = a_delivery(kind="pull_request", body=payload("pull_request.merged"))

    event = normalise(delivery, a_source())

    assert (event.id, event.source_delivery_id, event.received_at) == (
        delivery.id,
        delivery.source_delivery_id,
        delivery.received_at,
    )
    assert "avatars.example" not in dump_json(event)


# deploys


@pytest.mark.parametrize("name", ["deploy.own", "deploy.vercel"])
def test_a_deploy_in_our_shape_or_vercels_is_completed(name: str) -> None:
    event = event_of(*example(name))

    assert (event.type, event.sha, event.repo, event.branch) == (
        "deployment.completed",
        MERGE,
        "acme/shop",
        "main",
    )
    assert event.event_time == SEVEN
    assert (event.url or "").startswith("https://")


def test_vercels_target_is_the_environment_and_none_means_a_preview() -> None:
    body, source, _ = example("deploy.vercel")
    content = json.loads(body)

    assert event_of(body, source).environment == "production"
    content["payload"]["target"] = None
    assert event_of(as_json(content), source).environment == "preview"


def test_a_vercel_deploy_without_git_has_neither_repository_nor_branch() -> None:
    body, source, _ = example("deploy.vercel")
    content = json.loads(body)
    content["payload"]["deployment"]["meta"] = {}

    event = event_of(as_json(content), source)

    assert (event.type, event.repo, event.branch) == ("deployment.completed", None, None)


def test_netlify_tells_context_and_address_of_the_very_deploy() -> None:
    event = event_of(*example("deploy.netlify"))

    assert (event.environment, event.url) == ("production", "https://6740c0ffee--shop.netlify.app")
    assert event.data["review_id"] == 17


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("success", "deployment.completed"),
        ("READY", "deployment.completed"),
        ("deployment.succeeded", "deployment.completed"),
        ("error", "deployment.failed"),
        ("deployment.error", "deployment.failed"),
    ],
)
def test_the_words_of_deploy_services_mean_completed_or_failed(status: str, kind: str) -> None:
    event = event_of(as_json({"status": status, "environment": "staging"}), DEPLOY)

    assert (event.type, event.status) == (kind, EventStatus.RECEIVED)


def test_a_deploy_that_goes_on_is_ignored() -> None:
    event = event_of(as_json({"status": "building"}), DEPLOY)

    assert (event.type, event.status) == ("deployment.building", EventStatus.IGNORED)
    assert event.problem == "the status 'building' is neither a success nor a failure"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "status is missing"),
        ({"status": "success"}, "environment is missing"),
        ({"status": "all is well!"}, "status is 'all is well!', not a word like 'success' or 'failure'"),
        ({"status": ["success"]}, "status is a list, not a text"),
    ],
)
def test_a_deploy_that_lacks_what_it_needs_is_unreadable(fields: Any, problem: str) -> None:
    event = event_of(as_json(fields), DEPLOY)

    assert (event.status, event.problem) == (EventStatus.UNREADABLE, problem)


# generic


def test_a_generic_payload_in_our_shape_fills_every_field() -> None:
    event = event_of(*example("generic.own"))

    assert (event.type, event.repo, event.environment, event.number) == (
        "alert.fired",
        "acme/shop",
        "production",
        88,
    )
    assert (event.labels, event.text, event.event_time) == (("slo", "checkout"), "p95 4.1 s", SEVEN)
    assert event.data == {"severity": "page", "p95_seconds": 4.1}
    assert event.paths is None


def test_paths_that_are_told_are_known_even_when_there_are_none() -> None:
    assert generic(paths=[]).paths == ()
    assert generic(paths=["a.ts", "a.ts"]).paths == ("a.ts",)


def test_a_mapping_finds_fields_in_any_shape_and_quotes_stand_for_themselves() -> None:
    mapping = {
        "type": "'cms.published'",
        "repo": "join('/', [site.owner, site.name])",
        "labels": "entry.tags[*].slug",
        "data": "{locale: entry.locale}",
    }
    body = as_json(
        {"site": {"owner": "acme", "name": "shop"}, "entry": {"locale": "nb", "tags": [{"slug": "sale"}]}}
    )

    event = event_of(body, a_source(kind=SourceKind.GENERIC, mapping=mapping))

    assert (event.type, event.repo, event.labels, event.data) == (
        "cms.published",
        "acme/shop",
        ("sale",),
        {"locale": "nb"},
    )
    assert event.title is None


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"type": None}, "type is missing"),
        ({"type": "no good"}, "type is 'no good', not a name like 'alert.fired'"),
        (
            {"type": "pull_request.merged"},
            "type is 'pull_request.merged', which only sources of kind 'github' may tell; name it otherwise",
        ),
        ({"type": "Push"}, "type is 'Push', which only sources of kind 'github' may tell; name it otherwise"),
    ],
)
def test_a_generic_payload_in_an_odd_shape_is_unreadable(fields: Any, problem: str) -> None:
    event = generic(**fields)

    assert (event.status, event.problem) == (EventStatus.UNREADABLE, problem)


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ({"labels": "qa"}, "labels is a text, not a list"),
        ({"data": [1]}, "data is not an object"),
        ({"url": "shop.test"}, "url is 'shop.test', not an http address"),
        ({"is_draft": 1}, "is_draft is a number, not true or false"),
        (
            {"repo": "group/sub/project"},
            "repo is 'group/sub/project', not a repository, which is written as owner/name",
        ),
        ({"sha": "v1.2.3"}, "sha is 'v1.2.3', not a commit's SHA"),
        ({"event_time": "2026-11-28 17:00:00 UTC"}, "event_time is '2026-11-28 17:00:00 UTC', not a time"),
    ],
)
def test_an_odd_field_that_the_kind_can_be_without_is_left_out(fields: Any, remark: str) -> None:
    event = generic(**fields)

    assert (event.status, event.type, event.remarks) == (EventStatus.RECEIVED, "alert.fired", (remark,))
    assert getattr(event, next(iter(fields))) in (None, (), {}, False)


def test_odd_paths_are_unknown_rather_than_none() -> None:
    assert generic(paths="a.ts").paths is None


def test_a_mapping_of_an_optional_field_that_does_not_fit_leaves_it_out() -> None:
    mapping = {"type": "'cms.published'", "repo": "join('/', site)"}

    event = event_of(as_json({"site": 3}), a_source(kind=SourceKind.GENERIC, mapping=mapping))

    assert (event.status, event.repo) == (EventStatus.RECEIVED, None)
    assert event.remarks[0].startswith("repo cannot be read with")


@pytest.mark.parametrize(
    ("written", "branch", "sha"),
    [
        ("refs/heads/main", "main", None),
        ("heads/main", "main", None),
        (MERGE, None, MERGE),
        ("refs/tags/v1", None, None),
    ],
)
def test_a_deploy_source_may_write_a_branch_as_git_does(written: str, branch: Any, sha: Any) -> None:
    event = event_of(as_json({"status": "success", "environment": "staging", "branch": written}), DEPLOY)

    assert (event.branch, event.sha) == (branch, sha)


def test_a_mapping_that_does_not_fit_the_payload_is_unreadable() -> None:
    source = a_source(kind=SourceKind.GENERIC, mapping={"type": "join('.', parts)"})

    event = event_of(as_json({"parts": 3}), source)

    assert event.status is EventStatus.UNREADABLE
    assert event.problem.startswith("type cannot be read with \"join('.', parts)\": In function join()")


def test_a_list_at_the_top_is_no_event() -> None:
    assert event_of(b"[]", GENERIC).problem == "type is missing"
    assert event_of(b"[]", a_source(), "push").problem == "the payload is a list, not an object"


# all kinds


def test_a_repository_that_the_source_does_not_list_is_ignored() -> None:
    listed = a_source(repos=("acme/lamps",))

    event = event_of(payload("push"), listed, "push")

    assert (event.status, event.problem) == (
        EventStatus.IGNORED,
        "the repository 'acme/shop' is not in the list of source 'github-acme'",
    )


def test_an_event_without_a_repository_is_not_in_a_list_either() -> None:
    event = event_of(as_json({"type": "a"}), a_source(kind=SourceKind.GENERIC, repos=("acme/*",)))

    assert event.problem == "an event without a repository is not in the list of source 'github-acme'"


def test_a_source_that_changed_its_kind_meanwhile_is_told() -> None:
    event = normalise(a_delivery(kind="push", body=payload("push")), GENERIC)

    assert (event.status, event.problem) == (
        EventStatus.UNREADABLE,
        "the source 'github-acme' was 'github' when this came and is 'generic' now",
    )


HOSTILE = [
    b"",
    b"{",
    payload("push")[:1000],
    b'{"action": 1, "action": 2}',
    b"[" * 1_000_000,
    b'{"ref": "\\u0000\\ud800", "repository": {"full_name": "a/b"}}',
    b'{"a": NaN}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"number": 1e400}',
    b"\xff\xfe",
    b"null",
    b'"text"',
    b"\x1f\x8b" + bytes(100),
]


@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize("kind", ["push", "pull_request", "unknown_kind"])
def test_hostile_payloads_become_events_with_a_sentence(body: bytes, kind: str) -> None:
    event = event_of(body, a_source(), kind)

    assert event.status in (EventStatus.UNREADABLE, EventStatus.IGNORED)
    assert event.problem
    assert load_json(Event, dump_json(event)).status is event.status


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from([file.stem for file in PAYLOADS.glob("*.json")]),
    st.lists(st.tuples(st.integers(0, 10_000), JSON), min_size=1, max_size=3),
)
def test_an_example_with_anything_in_any_place_never_raises(
    name: str, changes: list[tuple[int, Any]]
) -> None:
    body, source, kind = example(name)
    content = json.loads(body)
    for place, value in changes:
        places = list(_places(content))
        holder, key = places[place % len(places)]
        holder[key] = value

    event = event_of(as_json(content), source, kind)

    assert load_json(Event, dump_json(event)).type == event.type


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _places(inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield value, number
            yield from _places(inner)
