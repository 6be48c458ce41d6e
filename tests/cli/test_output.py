"""What is printed: our own colours, and nothing of a stranger's that steers a terminal.

A site's sentence with `ESC ]0;` set the title of the window of whoever read `runs list`, `ESC [8m` hid what followed, and
a direction mark turned `failed` round; `incidents` alone was safe.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from inspect_pipelines.cli import output
from inspect_pipelines.cli.output import coloured, say, say_json, style
from inspect_pipelines.cli.table import aligned

HOSTILE = "pay\x1b]0;owned\x07 \x1b[31mred\x1b[0m \x1b[8mhidden \x9b2J \u202ederorrim\u202c \u2066x\u2069 \x00\r\x7f\u2028"
HARMLESS = "pay�]0;owned� �[31mred�[0m �[8mhidden �2J �derorrim� �x� ����"
MODULES = sorted(path for path in Path(output.__file__).parent.glob("*.py") if path.name != "output.py")


def printed(*calls: tuple[str, object], colour: bool = True) -> str:
    @click.command()
    def command() -> None:
        for function, text in calls:
            getattr(output, function)(text)

    return CliRunner().invoke(command, color=colour, catch_exceptions=False).output


def test_what_steers_a_terminal_is_not_printed() -> None:
    assert printed(("say", HOSTILE)) == f"{HARMLESS}\n"


def test_our_own_colours_are_and_a_text_within_them_gets_none() -> None:
    text = f"{coloured('failed')} {style(HOSTILE, fg='red')}"

    assert printed(("say", text)) == f"\x1b[31m✗ failed\x1b[0m \x1b[31m{HARMLESS}\x1b[0m\n"
    assert printed(("say", text), colour=False) == f"✗ failed {HARMLESS}\n"


def test_a_colour_of_ours_that_a_site_copied_from_a_terminal_is_none() -> None:
    seen = printed(("say", coloured("passed")))

    assert "\x1b" not in printed(("say", seen.strip()))


def test_json_keeps_what_a_value_is() -> None:
    text = json.dumps({"sentence": HOSTILE, "rare": "\U000e0001"}, ensure_ascii=False)

    said = printed(("say_json", text))

    assert all(c.isprintable() or c == "\n" for c in said)
    assert json.loads(said) == {"sentence": HOSTILE, "rare": "\U000e0001"}


def test_lines_and_tabs_stay_and_a_cell_of_a_table_is_one_line() -> None:
    assert printed(("say", "a\n\tb")) == "a\n\tb\n"
    assert aligned(["RUN", "REASON"], [["1", "a\n2  b\tc"], ["3", "d"]]).splitlines() == [
        "RUN  REASON",
        "1    a 2  b c",
        "3    d",
    ]


def test_a_table_is_as_wide_as_what_is_seen_of_it() -> None:
    assert printed(("say", aligned(["", "X"], [[coloured("failed"), "1"]])), colour=False) == (
        "          X\n✗ failed  1\n"
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_command_prints_by_another_way(path: Path) -> None:
    """One door: whoever adds a command cannot forget to disarm what it prints."""
    doors = {"click.echo", "click.secho", "click.style", "click.unstyle", "click.echo_via_pager", "print"}
    doors |= {"sys.stdout.write", "sys.stderr.write", "traceback.print_exc", "rich.print"}

    calls = [
        f"{path.name}:{node.lineno} {ast.unparse(node.func)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in doors
    ]

    assert calls == []


def test_what_is_written_anew_goes_up_as_many_lines() -> None:
    @click.command()
    def command() -> None:
        say("one\ntwo")
        say("three", over=2)

    said = CliRunner().invoke(command, color=True, catch_exceptions=False).output

    assert said == "one\ntwo\n\x1b[2F\x1b[Jthree\n"


def test_json_may_be_printed_without_a_line_break() -> None:
    @click.command()
    def command() -> None:
        say_json("[]\n", nl=False)

    assert CliRunner().invoke(command).output == "[]\n"
