"""Which organisation a command works for."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import NOW, a_schedule
from in_process import command
from inspect_pipelines.cli.main import firsts_first
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.stored.compiled import compile_definitions
from resources.publication import FilePublication

ACME, BETA = OrgId("acme"), OrgId("beta")


@pytest.mark.parametrize(
    ("words", "sorted_words"),
    [
        (["runs", "list", "--org", "acme", "--json"], ["--org", "acme", "runs", "list", "--json"]),
        (["runs", "--org=acme"], ["--org=acme", "runs"]),
        (["--org", "acme", "runs"], ["--org", "acme", "runs"]),
        (["runs", "--", "--org", "acme"], ["runs", "--", "--org", "acme"]),
        (["runs", "--org"], ["runs", "--org"]),
        (["runs"], ["runs"]),
    ],
)
def test_the_option_may_stand_anywhere(words: list[str], sorted_words: list[str]) -> None:
    assert firsts_first(words) == sorted_words


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of two organisations, seen from a folder without a project."""
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    for naming in (Naming(ACME), Naming(BETA, is_first=False)):
        FilePublication(tmp_path / "home").publish(
            compile_definitions(naming, [a_schedule("nightly")], at=NOW)
        )
    return tmp_path


@pytest.mark.parametrize("words", [("--org", "beta", "channels", "list"), ("channels", "list", "--org=beta")])
def test_a_command_takes_the_option_before_and_after_its_name(home: Path, words: tuple[str, ...]) -> None:
    assert command(*words, cwd=home).returncode == 0


def test_a_command_takes_the_name_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_ORG", "acme")

    assert command("channels", "list", cwd=home).returncode == 0


def test_a_command_without_a_name_asks_for_one(home: Path) -> None:
    done = command("channels", "list", cwd=home)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("this home has several organisations: 'acme', 'beta'; say which one")
