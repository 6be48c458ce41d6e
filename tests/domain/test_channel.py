from __future__ import annotations

import pytest

from inspect_pipelines.domain.channel import (
    ChannelConfig,
    ChannelSpec,
    Pace,
    Person,
    addressed,
    person,
    spec_of,
    url_problem,
)

KINDS = {
    spec.kind: spec
    for spec in (
        ChannelSpec(kind="slack", has_places=True, is_slash_a_name=True, pace=Pace(1, 1)),
        ChannelSpec(kind="teams", is_named=True),
        ChannelSpec(kind="pagerduty"),
        ChannelSpec(kind="email", has_places=True),
        ChannelSpec(kind="files", stands_in=True),
    )
}
SLACK = ChannelConfig("slack", "slack")
OPS = ChannelConfig("ops", "slack")
QA = ChannelConfig("qa", "teams")
PAGER = ChannelConfig("pager", "pagerduty")
MAIL = ChannelConfig("mail", "email")
DRY = ChannelConfig("webhook", "files")
ALL = (SLACK, OPS, QA, PAGER, MAIL, DRY)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("slack:#qa", (SLACK, "#qa")),
        ("slack:ops/#qa", (OPS, "#qa")),
        ("slack:nobody/#qa", None),
        ("teams:qa", (QA, "")),
        ("teams:other", None),
        ("pagerduty", (PAGER, "")),
        ("pagerduty:pager", (PAGER, "")),
        ("email:a/b@acme.example", (MAIL, "a/b@acme.example")),
        ("email:mail/b@acme.example", (MAIL, "b@acme.example")),
        ("webhook:deploys", (DRY, "deploys")),
        ("github", None),
        ("files", (DRY, "")),
    ],
)
def test_a_target_means_the_first_channel_of_its_kind_or_the_one_it_names(target, expected):
    assert addressed(KINDS, ALL, target) == expected


def test_a_targets_kind_says_what_holds_for_it_and_a_kind_that_is_gone_says_nothing_special():
    assert spec_of(KINDS, "slack:#qa").pace == Pace(1, 1)
    assert spec_of(KINDS, "teams:qa").pace is None
    assert spec_of(KINDS, "matrix:#qa") == ChannelSpec(kind="matrix")


@pytest.mark.parametrize("mention", ["octocat", "@octocat", "@OctoCat"])
def test_people_are_known_by_their_login_in_any_spelling(mention):
    octocat = Person("octocat", slack="U0123456")

    assert person([Person("ada"), octocat], mention) == octocat


def test_a_stranger_is_nobody():
    assert person([Person("ada")], "@channel") is None


@pytest.mark.parametrize(
    ("url", "allowed", "problem"),
    [
        ("https://hooks.acme.example/x", (), ""),
        ("http://127.0.0.1:80/x", ("127.0.0.1",), ""),
        ("http://[::1]:80/x", ("::1",), ""),
        ("http://hooks.acme.example/x", (), "would send secrets unencrypted to 'hooks.acme.example'"),
        ("https://u:p@hooks.acme.example", (), "holds a user name"),
        ("ftp://acme.example", (), "is not an address"),
        ("https:///x", (), "is not an address"),
        ("https://[::1", (), "is not an address"),
        ("https://a.example:port/", (), "is not an address"),
        ("https://a.example/\nHost: b", (), "is not an address"),
        ("hello", (), "is not an address"),
    ],
)
def test_an_address_is_https_or_a_listed_host(url, allowed, problem):
    found = url_problem(url, allowed)

    assert found.startswith(problem)
    assert bool(found) is bool(problem)
