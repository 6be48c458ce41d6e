"""`workflows` of organization.yaml."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.workflow import Issuer, TrustedWorkflow
from inspect_pipelines.stored.serial import dump_json, load_json

HEAD = "apiVersion: v1\nkind: OrganizationConfig\npublic_url: https://qa.acme.example\n"


def test_an_organisation_says_which_workflows_it_trusts(folder):
    folder.write(
        "organization.yaml",
        HEAD
        + "workflows:\n  - {repo: acme/shop, refs: refs/heads/main}\n"
        + "  - {repo: acme/site, refs: [refs/tags/v*], repo_id: 74, environment: production}\n",
    )

    organization = folder.load().organization

    assert organization.workflows == (
        TrustedWorkflow("acme/shop", ("refs/heads/main",)),
        TrustedWorkflow("acme/site", ("refs/tags/v*",), 74, "production"),
    )
    assert load_json(Organization, dump_json(organization)) == organization


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("[{repo: shop, refs: refs/heads/main}]", "'shop' is not a repository; write 'acme/shop'"),
        ("[{repo: acme/*, refs: refs/heads/main}]", "'acme/*' is not a repository"),
        ("[{repo: acme/shop, refs: main}]", "'main' is not a ref; write 'refs/heads/main'"),
        ("[{repo: acme/shop, refs: [refs/heads/main, '*']}]", "'*' is not a ref"),
        ("[{repo: acme/shop}]", "refs"),
        ("[{repo: acme/shop, refs: []}]", "refs"),
        ("[{repo: acme/shop, refs: refs/heads/main, repo_id: 0}]", "repo_id"),
        ("[{repo: acme/shop, refs: refs/heads/main, enviroment: x}]", "did you mean 'environment'"),
        *(
            (f"[{{repo: acme/shop, refs: refs/heads/main, issuer: '{one}'}}]", says)
            for one, says in [
                ("https://ghe.acme.example", "as 'https://HOST/_services/token'"),
                ("https://ghe.acme.example/_services/token/", "signs no workflows"),
                ("https://ghe.acme.example/_services/token?x=1", "signs no workflows"),
                ("https://evil@ghe.acme.example/_services/token", ""),
                ("https://token.actions.githubusercontent.com/a/b", "signs no workflows"),
                ("http://ghe.acme.example/_services/token", "list the host in allow_private"),
                ("ghe.acme.example", ""),
            ]
        ),
    ],
)
def test_an_entry_that_trusts_nobody_in_particular_is_refused(folder, lines, says):
    folder.write("organization.yaml", HEAD + f"workflows: {lines}\n")

    assert says in "\n".join(folder.problems())


def test_a_workflow_may_be_of_a_server_of_ones_own(folder):
    server = "https://ghe.acme.example/_services/token"
    folder.write(
        "organization.yaml",
        HEAD
        + f"workflows:\n  - {{repo: acme/shop, refs: refs/heads/main, issuer: '{server}', allow_private: ghe.acme.example}}\n"
        + "  - {repo: acme/shop, refs: refs/heads/main, issuer: 'https://token.actions.githubusercontent.com/acme'}\n",
    )

    organization = folder.load().organization

    assert [one.issuer for one in organization.workflows] == [
        Issuer(server, ("ghe.acme.example",)),
        Issuer("https://token.actions.githubusercontent.com/acme"),
    ]
    assert [one.issuer.place for one in organization.workflows] == [
        "ghe.acme.example/",
        "token.actions.githubusercontent.com/acme/",
    ]
    assert load_json(Organization, dump_json(organization)) == organization


def test_nobody_is_trusted_without_an_address_of_ours(folder):
    """It is the audience: a token that was made for somebody else's server would open this one."""
    folder.write(
        "organization.yaml",
        "apiVersion: v1\nkind: OrganizationConfig\nworkflows: [{repo: acme/shop, refs: refs/heads/main}]\n",
    )

    assert "needs 'public_url'" in "\n".join(folder.problems())
