"""Where the control plane is, as the environment and organization.yaml say it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import NOW
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.control_plane import ControlPlane
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import UsageError
from inspect_pipelines.wiring import access_of, estate, house
from prepared import prepare
from resources.sessions.open_inspect.access import Access

ALL = {
    "open_inspect_url": "https://control.example/",
    "open_inspect_secret": "${env:OI_SECRET}",
    "open_inspect_actor": "github:inspect-qa",
}


def test_nothing_said_is_no_control_plane() -> None:
    assert access_of(Settings()) is None


def test_what_is_said_is_where_it_is_asked() -> None:
    found = access_of(Settings(**ALL, open_inspect_private="cp.internal, 10.0.0.7 ,"))

    assert found is not None
    assert (found.url, found.secret, found.service) == (
        "https://control.example",
        "${env:OI_SECRET}",
        "github-bot",
    )
    assert found.allow_private == ("cp.internal", "10.0.0.7")


SAID = ControlPlane(
    url="https://control.acme.example",
    secret="${file:/run/oi}",
    actor="slack:qa",
    service="slack-bot",
    model="large",
    effort="high",
    web_url="https://inspect.acme.example",
    allow_private=("control.acme.example",),
    archive=False,
    mends=True,
)


def test_an_organisation_says_where_its_own_is() -> None:
    assert access_of(Settings(), SAID) == Access(
        url="https://control.acme.example",
        secret="${file:/run/oi}",
        actor="slack:qa",
        service="slack-bot",
        model="large",
        effort="high",
        web_url="https://inspect.acme.example",
        allow_private=("control.acme.example",),
        archives=False,
        mends=True,
    )


def test_a_variable_that_is_set_wins_over_its_key_and_over_no_other() -> None:
    found = access_of(
        Settings(**ALL, open_inspect_archive=True, open_inspect_mends=False, open_inspect_model="small"), SAID
    )

    assert found is not None
    assert (found.url, found.secret, found.actor) == (
        "https://control.example",
        "${env:OI_SECRET}",
        "github:inspect-qa",
    )
    assert (found.archives, found.mends, found.model) == (True, False, "small")
    assert (found.service, found.effort, found.web_url) == ("slack-bot", "high", SAID.web_url)


def test_the_file_and_the_environment_may_say_it_together() -> None:
    found = access_of(Settings(open_inspect_secret="${env:OI_SECRET}"), replace(SAID, secret=""))

    assert found is not None
    assert (found.url, found.secret) == (SAID.url, "${env:OI_SECRET}")


def test_each_organisation_of_a_home_has_its_own_agents_and_asking_makes_no_ledger(tmp_path: Path) -> None:
    empty, home = tmp_path / "empty", tmp_path / "home"
    home.mkdir()
    prepare(home)
    ours = estate(Settings(home=home))
    acme, other = OrgId("acme"), OrgId("other")
    with ours.house(acme).ledger.write() as ledger:
        ledger.organizations.save(Organization(acme, open_inspect=SAID), at=NOW)

    assert ours.house(acme).agents.mends
    assert (ours.house(acme).agents.are_set_up, ours.house(other).agents.are_set_up) == (True, False)
    assert not house(Settings(home=empty)).agents.are_set_up
    assert house(Settings(home=empty, open_inspect_url="https://control.example")).agents.are_set_up
    assert not (empty / "ledger.db").exists()


@pytest.mark.parametrize("left_out", [*ALL])
def test_half_of_it_is_refused_with_what_is_lacking(left_out: str) -> None:
    said = {name: value for name, value in ALL.items() if name != left_out}

    with pytest.raises(UsageError, match=f"with INSPECT_{left_out.upper()}"):
        access_of(Settings(**said))


@pytest.mark.parametrize(
    "wrong",
    [
        {"open_inspect_secret": "hunter2"},
        {"open_inspect_url": "control.example"},
        {"open_inspect_actor": "inspect-qa"},
        {"open_inspect_service": "ours"},
        {"runner": "agent"},
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_never_quoted(wrong: dict[str, str]) -> None:
    ((name, value),) = wrong.items()

    with pytest.raises(UsageError, match=f"the setting INSPECT_{name.upper()} does not fit") as refused:
        Settings(**{**ALL, **wrong})

    assert "hunter2" not in str(refused.value)
    assert value
