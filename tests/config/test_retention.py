"""`retention` of organization.yaml."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.definition_change import settings_between
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.retention import Retention

HEAD = "apiVersion: v1\nkind: OrganizationConfig\n"


def test_an_organisation_says_how_long_what_is_kept_and_plan_shows_the_difference(folder):
    folder.write("organization.yaml", f"{HEAD}retention: {{passing_pictures: 7, events: 60, facts: 2y}}\n")

    organization = folder.load().organization

    assert organization.retention == Retention(passing_pictures=7, events=60, facts=24)
    shown = settings_between(Organization(organization.org_id), organization)
    assert [(one.path, one.old, one.new) for one in shown] == [
        ("retention.passing_pictures", "14", "7"),
        ("retention.events", "30", "60"),
        ("retention.facts", None, "24"),
    ]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("failing_pictures: 10", "'14' days are longer than failing_pictures, 10"),
        ("evidence: 30", "'90' days are longer than evidence, 30, without which nobody knows what they show"),
        ("events: 0", "organization.yaml:3"),
        ("events: 30d", "organization.yaml:3"),
        ("facts: 730", "730 is no time by the month; write '2y', '18mo' or 'forever'"),
        ("facts: 2 years", "'2 years' is no time by the month"),
        ("facts: 3mo", "'3mo' are shorter than evidence, 90 days"),
        ("facts: 101y", "organization.yaml:3"),
        ("picture: 14", "picture"),
    ],
)
def test_what_cannot_hold_is_a_sentence_with_its_place(folder, lines, says):
    folder.write("organization.yaml", f"{HEAD}retention: {{{lines}}}\n")

    problems = folder.problems()

    assert says in "\n".join(map(str, problems))
    assert "organization.yaml:3" in "\n".join(map(str, problems))


def test_facts_may_be_said_to_stay_for_ever(folder):
    folder.write("organization.yaml", f"{HEAD}retention: {{facts: forever}}\n")

    assert folder.load().organization.retention == Retention()
