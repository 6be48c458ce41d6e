from __future__ import annotations

import pytest

from inspect_pipelines.domain.channel import (
    ChannelConfig,
    ChannelKind,
    Person,
    addressed,
    person,
    url_problem,
)

SLACK = ChannelConfig("slack", ChannelKind.SLACK)
OPS = ChannelConfig("ops", ChannelKind.SLACK)
QA = ChannelConfig("qa", ChannelKind.TEAMS)
PAGER = ChannelConfig("pager", ChannelKind.PAGERDUTY)
MAIL = ChannelConfig("mail", ChannelKind.EMAIL)
DRY = ChannelConfig("webhook", ChannelKind.FILES)
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
    assert addressed(ALL, target) == expected


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
