"""What files say about alerting becomes the domain's, an organisation's and a definition's own."""

from __future__ import annotations

from inspect_pipelines.domain.alerting import Alerting, Overrides
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.stored.serial import dump_json, load_json

HEAD = "apiVersion: v1\nkind: OrganizationConfig\n"


def test_an_organisation_says_how_its_incidents_are_told(folder):
    folder.write(
        "organization.yaml",
        HEAD
        + "public_url: https://qa.acme.com/\n"
        + "alerts: {group_window: 10m, repeat_every: 2d, alert_after: 2, flap: {changes: 6, minutes: 30}}\n",
    )

    organization = folder.load().organization

    assert organization.alerts == Alerting(10, 2 * 24 * 60, 2, 6, 30)
    assert organization.public_url == "https://qa.acme.com"
    assert load_json(Organization, dump_json(organization)) == organization


def test_without_a_word_the_defaults_hold(folder):
    folder.write("organization.yaml", HEAD)

    assert folder.load().organization.alerts == Alerting()


def test_never_and_zero_switch_a_span_off(folder):
    folder.write("organization.yaml", HEAD + "alerts: {group_window: 0, repeat_every: never}\n")

    alerts = folder.load().organization.alerts

    assert (alerts.group_window_minutes, alerts.repeat_every_minutes) == (0, 0)


def test_a_definition_says_otherwise_and_names_who_hears_of_recoveries_and_flakes(folder):
    path = folder.root / "schedules.yaml"
    folder.write(
        "schedules.yaml",
        path.read_text()
        + "    notify:\n"
        + "      alert_after: 3\n"
        + "      repeat_every: 12h\n"
        + "      on_recovery: {slack_channel: '#good'}\n"
        + "      on_flaky: {email: qa@acme.com}\n",
    )

    plan = folder.load().definitions[0].plan

    assert plan.alerts == Overrides(repeat_every_minutes=720, alert_after=3)
    assert [(rule.event, rule.targets) for rule in plan.notify] == [
        (RuleEvent.ON_RECOVERY, ("slack:#good",)),
        (RuleEvent.ON_FLAKY, ("email:qa@acme.com",)),
    ]


def test_an_organisation_says_who_makes_pictures_the_approved_ones(folder):
    folder.write("organization.yaml", HEAD + "reviews: {finalize: anybody}\n")
    assert folder.load().organization.machines_finalize

    folder.write("organization.yaml", HEAD + "reviews: {finalise: people}\n")
    assert any("finalise" in one and "did you mean" in one for one in folder.problems())


def test_an_organisation_says_who_looks_after_what_as_code_hosts_do(folder):
    folder.write(
        "organization.yaml",
        HEAD + "owners: |\n  * ada # the rest\n\n  routes/checkout/ @payments bob\n  routes/checkout/old\n",
    )

    organization = folder.load().organization

    assert organization.owners == (
        OwnerRule("*", ("ada",)),
        OwnerRule("routes/checkout/", ("payments", "bob")),
        OwnerRule("routes/checkout/old", ()),
    )
    assert load_json(Organization, dump_json(organization)) == organization


def test_lines_that_would_match_nothing_are_told_with_their_numbers(folder):
    folder.write("organization.yaml", HEAD + "owners: |\n  * ada\n  !routes/ bob\n  src/pay/ bob\n")

    first, second = (one for one in folder.problems() if "owners" in one)

    assert "line 2: pattern '!routes/' begins with '!'" in first
    assert "line 3: pattern 'src/pay/' begins with none of: playbooks/, routes/, definitions/" in second

    folder.write("organization.yaml", HEAD + "owners: |\n" + "  * ada\n" * 1001)
    assert any("owners may have 1000 lines, and these are 1001" in one for one in folder.problems())
