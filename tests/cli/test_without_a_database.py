"""A PostgreSQL ledger that nobody answers for: every command that asks it says so in a sentence, ends with 3, and changes nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from in_process import command
from inspect_pipelines.cli.main import COMMANDS, OF_FILES, cli

# What a command wants to be told before it asks; any other word is "1".
WORDS = {
    ("schedules", "pause"): ("--all",),
    ("schedules", "resume"): ("--all",),
    ("schedules", "backfill"): ("nightly", "2026-11-20..2026-11-22"),
    ("triggers", "test"): ("deploys", "--event", "1"),
    ("baselines", "variants", "remove"): ("nightly", "shop/home@desktop", "b"),
    ("comments", "pin"): ("1", "shop/home@desktop", "120,48", "why so red?"),
    ("incidents", "silence"): ("1", "--for", "2h"),
    ("users", "password"): ("ada", "--stdin"),
    ("history", "sql"): ("SELECT 1",),
    ("history", "report"): ("flakiest",),
}
# Of files of this home, or of what was published to it: no ledger is asked. `watch site` looks at the site first.
OF_THIS_HOME = {
    *(("runs", "key"), ("channels", "list"), ("channels", "test"), ("gallery", "show"), ("watch", "site")),
    *(("history", name) for name in ("backup", "restore", "move", "queries", "path", "prune")),
    *(("logins", "list"), ("logins", "forget")),
}


def commands() -> Iterator[tuple[str, ...]]:
    """Each with the words that it cannot do without."""
    context = click.Context(cli)
    for name in COMMANDS:
        if name not in OF_FILES:
            yield from _below((name,), cli.get_command(context, name))


def _below(words: tuple[str, ...], found: click.Command | None) -> Iterator[tuple[str, ...]]:
    assert found is not None
    for name, below in found.commands.items() if isinstance(found, click.Group) else ():
        yield from _below((*words, name), below)
    if words in OF_THIS_HOME or (isinstance(found, click.Group) and not found.invoke_without_command):
        return
    needed = [word for parameter in found.params if parameter.required for word in _given(parameter)]
    yield (*words, *WORDS.get(words, needed))


def _given(parameter: click.Parameter) -> list[str]:
    word = str(parameter.type.choices[0]) if isinstance(parameter.type, click.Choice) else "1"
    return [parameter.opts[-1], word] if isinstance(parameter, click.Option) else [word]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that `init` writes; every command only reads them."""
    folder = tmp_path_factory.mktemp("project")
    assert command("init", cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_a_command_without_its_database_says_so_once(
    words: tuple[str, ...], project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INSPECT_PROJECT", str(project))
    monkeypatch.setenv("INSPECT_DATABASE_URL", f"postgresql+psycopg://ada:hunter2@/x?host={tmp_path}")
    monkeypatch.setattr("resources.ledger.postgres.FIRST_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password of Ada's\n"))

    done = command(*words, cwd=project)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("does not answer") == 1
    assert "check INSPECT_DATABASE_URL and that the server runs" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
