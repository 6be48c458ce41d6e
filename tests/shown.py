"""What the documents show: their blocks, the YAML in them and the commands."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click

from inspect_pipelines.cli.main import COMMANDS, FIRSTS

ROOT = Path(__file__).parents[1]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/how-to").glob("*.md")),
    ROOT / "examples/README.md",
)
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
QUOTED = re.compile(r"`(inspect-pipelines [^`\n]+)`")
PROGRAM = "inspect-pipelines "
ENDS = ("|", "&&", "||", ";", "<", ">", "#", "&")  # of a shell: what follows is no word of the command


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: As the fence says it; empty where it says none.
    """

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str, pages: tuple[Path, ...] = PAGES) -> Iterator[Block]:
    """All of these languages, in order; without any, all."""
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in FENCED.finditer(text):
            if not languages or found[2] in languages:
                line = text.count("\n", 0, found.start()) + 1
                yield Block(page, line, found[2], textwrap.dedent(found[3]))


def commands() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every command of ours that a page shows, with where it stands: (`docs/runs.md:12`, its words)."""
    for block in blocks():
        for number, line in enumerate(block.text.splitlines(), block.line + 1):
            written = line.strip().removeprefix("$ ")
            if written.startswith(PROGRAM) and block.language != "yaml":
                yield f"{block.page.relative_to(ROOT)}:{number}", words(written)
    for page in PAGES:
        for number, line in enumerate(FENCED.sub("", page.read_text(encoding="utf-8")).splitlines(), 1):
            for quoted in QUOTED.findall(line):
                yield f"{page.relative_to(ROOT)}:{number} (without blocks)", words(quoted)


def words(written: str) -> tuple[str, ...]:
    """Of a command line, up to where the shell goes on with something else."""
    lexer = shlex.shlex(written, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    found: list[str] = []
    for word in lexer:
        if word.startswith(ENDS):
            break
        found.append(word)
    return tuple(found[1:])


def wrong_in(given: tuple[str, ...]) -> str:
    """What a command line asks for that there is not; empty: all of it exists."""
    while given and given[0].partition("=")[0] in FIRSTS:
        given = given[1 if "=" in given[0] else 2 :]
    if not given or given[0] not in COMMANDS:
        return f"no command {given[:1]}"
    module, function, _ = COMMANDS[given[0]]
    command: click.Command = getattr(import_module(f"inspect_pipelines.cli.{module}"), function)
    rest = given[1:]
    known = _options(command)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        try:  # as the group reads it: `watch` takes an address for a command of its own
            _, found, left = command.resolve_command(click.Context(command), [*rest])
        except click.UsageError:
            if command.invoke_without_command or rest[0].isupper():  # KIND stands for any of them
                break
            return f"{' '.join(given)}: no command {rest[0]!r}"
        assert found is not None
        command, rest = found, tuple(left)
        known |= _options(command)
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{' '.join(given)}: no option {unknown[0]}" if unknown else ""


def _options(command: click.Command) -> set[str]:
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    return own | {*FIRSTS, "--help"}
