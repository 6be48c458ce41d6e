"""Where the control plane is, as the environment says it."""

from __future__ import annotations

import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import UsageError
from inspect_pipelines.wiring import access_of

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


@pytest.mark.parametrize("left_out", [*ALL])
def test_half_of_it_is_refused_with_what_is_lacking(left_out: str) -> None:
    said = {name: value for name, value in ALL.items() if name != left_out}

    with pytest.raises(UsageError, match=f"set INSPECT_{left_out.upper()} too"):
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
