"""`logins list|forget` as a person uses it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from inspect_pipelines.cli.logins import logins
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.kept_login import KeptLogin, LoginKey, Refusal
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as wired

KEY = LoginKey(OrgId("default"), "https://shop.test", "a")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    return wired(Settings())


def call(*arguments: str) -> str:
    return CliRunner().invoke(logins, arguments, catch_exceptions=False).output


def keep(house: House) -> None:
    now = house.clock.now()
    kept = KeptLogin("https://shop.test", "buyer", now, "run-1", "cookie-canary", 3600.0)
    refusal = Refusal(now, "the password is wrong")
    for fingerprint, one in {
        "a": kept,
        "b": replace(kept, name="old", made_at=now - timedelta(hours=2)),
        "c": replace(kept, name="locked", content="", refusal=refusal),
        "d": replace(kept, name="once", content="", refusal=replace(refusal, at=now - timedelta(hours=9))),
        "e": replace(kept, name="memory", content=""),
        "f": replace(kept, name="long", max_age_seconds=None),
    }.items():
        house.logins.save(replace(KEY, fingerprint=fingerprint), one)


def test_a_list_says_how_each_login_stands_and_shows_no_content(house):
    assert "no login is kept" in call("list")
    keep(house)

    rows = {line.split()[1]: line for line in call("list").splitlines()[1:] if len(line.split()) > 1}

    assert "kept" in rows["buyer"]
    assert "over" in rows["old"]
    assert "refused, rests until" in rows["locked"]
    assert "refused, is tried again" in rows["once"]
    assert "not kept" in rows["memory"]
    assert "the site ends it" in rows["long"]
    shown = json.loads(call("list", "--json"))
    assert {each["name"] for each in shown} == {*rows} - {"NAME"}
    assert "canary" not in json.dumps(shown) + "".join(rows.values())


def test_a_login_is_forgotten_by_its_name_its_id_or_with_all_others(house):
    keep(house)
    first = house.logins.all(OrgId("default"))[0]

    assert "(locked at https://shop.test) is forgotten; the next run logs in" in call("forget", "locked")
    assert first.id[:8] in call("forget", first.id[:8])
    assert len(call("forget", "--all").splitlines()) == 4
    assert house.logins.all(OrgId("default")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which login"),
        (("buyer", "--all"), "say which login"),
        (("byer",), "'byer' is no kept login; there are: buyer, "),
    ],
)
def test_what_names_no_login_is_refused(house, arguments, said):
    keep(house)

    with pytest.raises(UsageError, match=said):
        call("forget", *arguments)
