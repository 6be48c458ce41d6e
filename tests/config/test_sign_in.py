"""`sign_in` of organization.yaml."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.identity import Provider
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.stored.serial import dump_json, load_json

HEAD = "apiVersion: v1\nkind: OrganizationConfig\n"
URL = "public_url: https://qa.acme.example\n"
WHOLE = "issuer: https://login.acme.example, client_id: inspect, client_secret: '${env:OIDC}'"


def test_an_organisation_says_whom_its_provider_may_send(folder):
    folder.write(
        "organization.yaml",
        f"{HEAD}{URL}sign_in: {{{WHOLE}, domains: acme.example, groups: {{qa: reviewer}}, role: viewer}}\n",
    )

    organization = folder.load().organization

    assert organization.sign_in == Provider(
        "https://login.acme.example",
        "inspect",
        "${env:OIDC}",
        ("acme.example",),
        (("qa", Role.REVIEWER),),
        role=Role.VIEWER,
    )
    assert load_json(Organization, dump_json(organization)) == organization


@pytest.mark.parametrize(
    ("url", "lines", "says"),
    [
        ("", f"{WHOLE}, groups: {{qa: reviewer}}", "needs 'public_url'"),
        (URL, WHOLE, "lets nobody in"),
        (URL, f"{WHOLE}, role: viewer", "lets in whoever has an account with the provider"),
        (URL, f"{WHOLE}, groups: {{qa: boss}}", "boss"),
        (URL, f"{WHOLE}, domains: ['@acme.example'], role: viewer", "'@acme.example' is not a domain"),
        (URL, f"{WHOLE}, domains: ['*'], role: viewer", "'*' is not a domain"),
        (URL, f"{WHOLE.replace('https', 'http')}, groups: {{qa: admin}}", "would send secrets unencrypted"),
        (
            URL,
            "issuer: https://l.example, client_id: a, client_secret: plain, groups: {qa: admin}",
            "never as its value",
        ),
        (URL, f"{WHOLE}, group: {{qa: admin}}", "did you mean 'groups'?"),
    ],
)
def test_what_says_too_much_or_nothing_is_told_with_its_place(folder, url, lines, says):
    folder.write("organization.yaml", f"{HEAD}{url}sign_in: {{{lines}}}\n")

    problems = folder.problems()

    assert any(says in one for one in problems), problems
