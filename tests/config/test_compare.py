"""`compare: {against: ..}` and `observe` of a definition, as files write them; and the page that tells of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspect_pipelines.config.project import load_project
from inspect_pipelines.errors import ConfigInvalid
from resources.channels.registry import CHANNELS

PAGE = Path(__file__).parents[2] / "docs/two-environments.md"
NOW = datetime(2026, 11, 29, tzinfo=UTC)
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: checkout}
spec:
  base_url: "{{shop}}"
  variables: [{name: shop, type: url}]
  steps: [{id: pay, actions: [{goto: /pay}, {screenshot: pay}]}]
"""
SCHEDULE = """\
apiVersion: v1
kind: ScheduleConfig
schedules:
  - {id: nightly, cron: "0 2 * * *", timezone: UTC, playbook: checkout, variables: {shop: https://staging.example.com}, %s}
"""


def plans(tmp_path: Path, schedules: str):
    (tmp_path / "playbooks").mkdir(exist_ok=True)
    (tmp_path / "playbooks/checkout.yaml").write_text(PLAYBOOK)
    (tmp_path / "schedules.yaml").write_text(schedules)
    (tmp_path / "organization.yaml").write_text(
        "apiVersion: v1\nkind: OrganizationConfig\nallowed_hosts: ['*.example.com']\n"
    )
    return {each.id: each.plan for each in load_project(tmp_path, kinds=CHANNELS, now=NOW).definitions}


def test_the_example_of_the_page_compares_what_it_says(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

    found = plans(tmp_path, text)

    assert {plan.against for plan in found.values()} == {"https://www.example.com"}
    assert all("www.example.com" in plan.allowed_hosts for plan in found.values())


def test_a_definition_compares_with_what_is_approved_and_alerts_unless_it_says_otherwise(
    tmp_path: Path,
) -> None:
    usual = plans(tmp_path, SCHEDULE % "enabled: true")["nightly"]
    other = plans(tmp_path, SCHEDULE % "compare: https://www.example.com, observe: true")["nightly"]

    assert (usual.against, usual.observe) == ("", False)
    assert (other.against, other.observe) == ("https://www.example.com", True)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("compare: {against: www.example.com}", "must start with 'https://'"),
        ("compare: {against: ''}", "is not a URL"),
        ("compare: {}", "against"),
        ("compare: {with: https://www.example.com}", "with"),
        ("compare: {against: '{{deploy_url}}'}", "a schedule has no event"),
        ("compare: {against: 'https://{{x'}", "is not a placeholder"),
    ],
)
def test_what_is_no_address_is_refused_with_its_place(tmp_path: Path, written: str, why: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        plans(tmp_path, SCHEDULE % written)

    assert why in str(refused.value)
    assert "schedules.yaml:4" in str(refused.value)
