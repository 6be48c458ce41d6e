"""`sources:` of organization.yaml: each bad input with its whole message, and what a good one means."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.sender import NETLIFY
from inspect_pipelines.domain.source import GITHUB_API, Source
from inspect_pipelines.stored.serial import dump_json, load_json

HEAD = "apiVersion: v1\nkind: OrganizationConfig\nsources:\n"
A = "id: a, secrets: '${env:A}'"


def test_sources_are_read_with_their_defaults(folder):
    folder.write(
        "organization.yaml",
        HEAD
        + "  - {id: github-acme, kind: github, secrets: ['${env:NEW}', '${file:/run/old}'], token: '${env:TOKEN}',"
        + " repos: [acme/*]}\n"
        + "  - {id: deploys, kind: deploy, secrets: '${env:D}', mapping: netlify}\n"
        + "  - {id: alerts, kind: generic, secrets: '${env:G}', rate_per_minute: 10, mapping: {type: \"'alert'\"}}\n",
    )

    sources = folder.load().organization.sources

    assert sources == (
        Source(
            "github-acme",
            SourceKind.GITHUB,
            ("${env:NEW}", "${file:/run/old}"),
            repos=("acme/*",),
            token="${env:TOKEN}",
            api_url=GITHUB_API,
        ),
        Source("deploys", SourceKind.DEPLOY, ("${env:D}",), mapping=NETLIFY),
        Source("alerts", SourceKind.GENERIC, ("${env:G}",), rate_per_minute=10, mapping={"type": "'alert'"}),
    )


def test_an_organisation_with_sources_survives_the_ledger(folder):
    folder.write(
        "organization.yaml", HEAD + "  - {id: d, kind: deploy, secrets: '${env:D}', mapping: vercel}\n"
    )
    organization = folder.load().organization

    assert load_json(Organization, dump_json(organization)) == organization


def test_an_organisation_stored_before_there_were_sources_has_none():
    assert load_json(Organization, '{"org_id": "acme", "name": "Acme"}').sources == ()


SECRET = "a secret is written as '${env:NAME}' or '${file:/path}', never as its value"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{id: a, kind: github, secrets: hunter2}", f"sources[0].secrets[0]  {SECRET}"),
        ("{id: a, kind: github, secrets: ['${env:A}', hunter2]}", f"sources[0].secrets[1]  {SECRET}"),
        ("{id: a, kind: github, secrets: 77001}", "sources[0].secrets  '77001' is not a list"),
        ("{id: a, kind: github, secrets: [77001]}", f"sources[0].secrets[0]  {SECRET}"),
        ("{id: a, kind: github, secrets: []}", "sources[0].secrets  is empty; it needs at least one entry"),
        ("{id: a, kind: github}", "sources[0]  lacks the key 'secrets'"),
        (
            "{id: a, kind: github, secrets: ['${env:A}', '${env:A}']}",
            "sources[0].secrets[1]  is the first secret once more; name the new one, or keep one",
        ),
        (
            "{id: a, kind: githup, secrets: '${env:A}'}",
            "sources[0].kind  'githup' is not one of 'github', 'deploy', 'generic', 'vercel', 'netlify', 'heroku', 'gitlab', 'bitbucket', 'gitea' (did you mean 'github'?)",
        ),
        ("{" + A + ", kind: github, token: hunter2}", f"sources[0].token  {SECRET}"),
        (
            "{id: 'a/b', kind: github, secrets: '${env:A}'}",
            "sources[0].id  'a/b' is not an id: letters, digits, '-' and '_'",
        ),
        (
            "{" + A + ", kind: github, mapping: vercel}",
            "sources[0].mapping  'mapping' has no use for a github source; leave it out",
        ),
        (
            "{" + A + ", kind: deploy, rate_per_minute: 5}",
            "sources[0].rate_per_minute  'rate_per_minute' has no use for a deploy source; leave it out",
        ),
        (
            "{" + A + ", kind: generic, rate_per_minute: 0}",
            "sources[0].rate_per_minute  '0': should be greater than or equal to 1",
        ),
        (
            "{" + A + ", kind: generic, token: '${env:T}'}",
            "sources[0].token  'token' has no use for a generic source; leave it out",
        ),
        (
            "{" + A + ", kind: github, repos: shop}",
            "sources[0].repos[0]  'shop' is not a repository; write 'acme/shop' or 'acme/*'",
        ),
        (
            "{" + A + ", kind: github, api_url: 'http://ghe.acme.example/api/v3'}",
            (
                "sources[0].api_url  'http://ghe.acme.example/api/v3' is not an https address; "
                "a token is not sent over anything else"
            ),
        ),
        (
            "{" + A + ", kind: github, api_url: 'https://[oops'}",
            "sources[0].api_url  'https://[oops' is not an https address; a token is not sent over anything else",
        ),
        (
            "{" + A + ", kind: netlify, mapping: netlify}",
            "sources[0].mapping  'mapping' has no use for a netlify source; leave it out",
        ),
        (
            "{" + A + ", kind: deploy, mapping: heroku}",
            "sources[0].mapping  'heroku' is not 'vercel' or 'netlify'; or write an event's fields, like 'repo: project.repository'",
        ),
        (
            "{" + A + ", kind: generic, mapping: vercel}",
            "sources[0].mapping  'vercel' is for deploy sources; or write an event's fields, like 'repo: project.repository'",
        ),
        (
            "{" + A + ", kind: generic, mapping: [a]}",
            "sources[0].mapping  is not a mapping of an event's fields to JMESPath, like 'repo: project.repository'",
        ),
        (
            "{" + A + ", kind: generic, mapping: {repo: a.b}}",
            "sources[0].mapping  lacks 'type'; a text in quotes stands for itself: \"type: 'success'\"",
        ),
        (
            "{" + A + ", kind: deploy, mapping: {status: state, enviroment: context}}",
            (
                "sources[0].mapping.enviroment  'enviroment' is not a field of an event "
                "(did you mean 'environment'?)"
            ),
        ),
        (
            "{" + A + ", kind: deploy, mapping: {status: 7}}",
            "sources[0].mapping.status  '7' is not a JMESPath, like 'project.repository'",
        ),
        (
            "{" + A + ", kind: deploy, mapping: {status: 'a.[b'}}",
            "sources[0].mapping.status  'a.[b' is not a JMESPath: ",
        ),
        (
            "{" + A + ", kind: github, secret: x}",
            "sources[0].secret  unknown key 'secret' (did you mean 'secrets'?)",
        ),
    ],
)
def test_a_wrong_source_is_named_and_its_secret_is_not_shown(folder, text, problem):
    folder.write("organization.yaml", f"{HEAD}  - {text}\n")

    problems = folder.problems()

    assert len(problems) == 1
    assert problems[0].partition("  ")[2].startswith(problem)
    assert "hunter2" not in problems[0]


def test_two_sources_cannot_share_an_id(folder):
    folder.write("organization.yaml", HEAD + f"  - {{{A}, kind: github}}\n  - {{{A}, kind: deploy}}\n")

    assert folder.problems() == [
        "organization.yaml:5:10  sources[1].id  'a' is the id of another source already"
    ]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/", "http://localhost:1", "https://ghe.acme.example/api/v3/"]
)
def test_an_api_is_on_https_or_on_this_machine(folder, address):
    folder.write("organization.yaml", HEAD + f"  - {{{A}, kind: github, api_url: '{address}'}}\n")

    assert folder.load().organization.sources[0].api_url == address.rstrip("/")
