"""Where things are is known by the resources alone: no port hands out a path, and nobody above builds one into a home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PATHLESS = (
    *(
        f"inspect_pipelines/{room}"
        for room in ("domain", "stored", "facts", "ports", "queries", "usecases", "web")
    ),
    "assets",
    "sensors",
)
EXAMPLES = "inspect_pipelines/examples/"  # they call the commands, as a person would
OF_FILES = {"pathlib", "shutil", "tempfile", "os", "glob", "fcntl"}
# The way from settings to a home, for whoever wires, for the engine's own process files, and for people's own files.
KNOW_THE_HOME = {
    "inspect_pipelines/cli/begun.py",  # whether anything was applied there
    "inspect_pipelines/cli/channels.py",  # says where messages go without a channel
    "inspect_pipelines/cli/cluster.py",  # whether a ledger is there
    "inspect_pipelines/cli/config.py",  # JSON schemas for people's editors
    "inspect_pipelines/cli/desks/files.py",  # likewise
    "inspect_pipelines/cli/desks/runs.py",  # the engine's state file
    "inspect_pipelines/cli/doctor.py",
    "inspect_pipelines/cli/history.py",  # what people asked at its prompt
    "inspect_pipelines/cli/imports.py",  # JSON schemas for editors, as `init` does
    "inspect_pipelines/cli/serve.py",
    "inspect_pipelines/cli/web.py",
    "inspect_pipelines/cli/up.py",
    "inspect_pipelines/cli/worker.py",
    "inspect_pipelines/cli/moving.py",  # its file goes into a lake
    "inspect_pipelines/cli/upkeep.py",  # backs the whole of it up, and puts it back
    "inspect_pipelines/config/settings.py",
    "inspect_pipelines/wiring.py",
}


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        found = sorted((ROOT / folder).rglob("*.py"))
        assert found, folder
        yield from found


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("folder", PATHLESS)
def test_what_stands_above_the_resources_handles_no_files(folder: str) -> None:
    imports = {
        (named(file), name)
        for file in modules(folder)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
    }

    assert [each for each in sorted(imports) if each[1] in OF_FILES] == []


def test_only_wiring_the_engine_and_a_few_commands_know_where_a_home_is() -> None:
    askers = {
        named(file)
        for file in modules("inspect_pipelines", "assets", "sensors")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("absolute_home", "dagster_home")
    }

    outside = {asker for asker in askers if not asker.startswith(("inspect_pipelines/engine/", EXAMPLES))}
    assert outside - KNOW_THE_HOME == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return []
