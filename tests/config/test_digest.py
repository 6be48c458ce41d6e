"""`digest` of organization.yaml."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.digest_policy import DigestPolicy

HEAD = """apiVersion: v1
kind: OrganizationConfig
channels:
  slack: {bot_token: "${env:SLACK_BOT_TOKEN}"}
  email: {host: smtp.acme.example, from: qa@acme.example}
people:
  ada: {email: ada@acme.example}
owners: |
  * ada
  routes/checkout/ @payments
"""


def policy(folder, lines):
    folder.write("organization.yaml", f"{HEAD}{lines}\n")
    return folder.load()


def test_without_it_there_is_none_and_an_empty_one_is_of_monday_morning(folder):
    assert policy(folder, "").organization.digest is None
    assert policy(folder, "digest: {}").organization.digest == DigestPolicy("0 8 * * 1", "UTC")


def test_each_owner_may_have_a_place_and_the_others_have_one_by_default(folder):
    project = policy(
        folder,
        'digest: {cron: "0 9 * * 5", timezone: Europe/Berlin, default: {slack_channel: "#qa"}, '
        'owners: {"@payments": {slack_channel: "#pay", email: lead@acme.example}}}',
    )

    assert project.organization.digest == DigestPolicy(
        "0 9 * * 5",
        "Europe/Berlin",
        {"payments": ("slack:#pay", "email:lead@acme.example")},
        ("slack:#qa",),
    )
    assert [one for one in project.warnings if "digest" in one] == []


@pytest.mark.parametrize(
    ("digest", "says"),
    [
        ('cron: "0 8 * * *"', "digest.cron  '0 8 * * *' fires more than once a week; a digest of Mondays is"),
        ('cron: "0 8 *"', "digest.cron  '0 8 *' is not a cron expression"),
        ("timezone: Berlin", "digest.timezone  'Berlin' is not an IANA time zone"),
        ("default: {github: true}", "digest.default  'github' is told of a run or an alarm; a digest is neither"),
        ("default: {pagerduty: true}", "digest.default  'pagerduty' is told of a run or an alarm"),
        ("default: {}", "digest.default  tells nobody"),
        ("owners: {ada: {email: ada}}", "digest.owners.ada.email[0]  'ada' is not an e-mail address"),
        ("default: {email: a@b.c, mention: x}", "digest.default.mention  is not for a digest"),
        ("to: {}", "to"),
    ],
)  # fmt: skip
def test_what_cannot_hold_is_a_sentence_with_its_place(folder, digest, says):
    folder.write("organization.yaml", f"{HEAD}digest: {{{digest}}}\n")

    problems = "\n".join(map(str, folder.problems()))

    assert says in problems
    assert problems.startswith("organization.yaml:11:")


@pytest.mark.parametrize(
    ("digest", "says"),
    [
        ("{}", "no digest reaches 'payments'; write where under 'owners' or 'default', or an 'email' in 'people'"),
        ("{owners: {payments: {email: p@acme.example}}}", "of what nobody owns nobody hears"),
        ("{owners: {payment: {email: p@acme.example}}}", "'payment' owns nothing by 'owners' (did you mean 'payments'?)"),
        ("{default: {teams: qa}}", "no channel for 'teams:qa' is in organization.yaml"),
    ],
)  # fmt: skip
def test_who_would_hear_of_nothing_is_a_warning(folder, digest, says):
    assert says in "\n".join(policy(folder, f"digest: {digest}").warnings)
