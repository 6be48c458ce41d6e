"""`digest`, as people type it."""

from __future__ import annotations

import json

from click.testing import CliRunner

from builders import a_screenshot, a_session
from ends import QA, OnRealTime
from history_builders import a_comparison
from inspect_pipelines.cli.main import cli
from inspect_pipelines.domain.digest_policy import DigestPolicy
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.ports.house import House

OURS = Organization(
    DEFAULT_ORG,
    owners=(OwnerRule("pay@*", ("payments\x1b[31m",)),),
    digest=DigestPolicy(default=("slack:#qa",)),
)


def said(*words: str) -> list[str]:
    done = CliRunner().invoke(cli, ["digest", "show", *words])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_before_anybody_owes_anything_it_says_so_and_that_nobody_is_told(house: House) -> None:
    assert said() == [
        "nobody hears of it: organization.yaml has no 'digest'; write 'digest: {}' to tell owners by mail on Mondays",
        "nobody owes anything",
    ]
    assert said("--owner", "ada")[1:] == ["'ada' owes nothing"]
    assert said("--owner", "")[1:] == ["nothing waits that nobody owns"]


def test_it_shows_what_each_owner_would_hear_and_where(house: House) -> None:
    watch = OnRealTime(house)
    for number, view in enumerate(("pay", "home")):
        name = f"nightly-{view}"
        watch.define(QA, definition_id=name, organization=OURS)
        watch.end(
            definition_id=name,
            comparisons=[a_comparison(view)],
            sessions=[a_session(id=f"s{number}", screenshots=(a_screenshot(view),))],
        )

    shown = said()

    assert shown[0].startswith("next digest 20")
    assert shown[1:] == [
        "",
        "payments�[31m  to slack:#qa",
        "  review    nightly-pay waits for less than an hour: shop/pay@desktop",
        "",
        "nobody owns  to slack:#qa",
        "  review    nightly-home waits for less than an hour: shop/home@desktop",
    ]
    assert said("--owner", "")[1:] == shown[4:]
    found = json.loads("".join(said("--json", "--owner", "@payments\x1b[31m")))
    assert [one["debts"][0]["kind"] for one in found["digests"]] == ["review"]
