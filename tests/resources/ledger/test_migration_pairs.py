"""The ledger's migrations come in pairs, so that old and new processes may work on one ledger while machines are upgraded.

What a release needs is added before it (`0041_colour.py`): no process of the release before stumbles over it. What it no longer
needs goes in a later release (`0044_post_colour.py`), when none that used it is left.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from resources.ledger import schema

FIRST_BOUND = 40  # those before it were written before the rule
NAME = re.compile(r"^(?P<number>\d{4})_(?P<post>post_)?\w+\.py$")
TAKES_AWAY = re.compile(r"^(drop_\w+|alter_column|rename_table)$")
ADDS = re.compile(r"^(create_\w+|add_column|bulk_insert)$")
SQL_TAKES_AWAY = re.compile(r"\b(DROP|RENAME|ALTER|TRUNCATE|DELETE)\b", re.IGNORECASE)


def breaches(source: str, *, is_post: bool) -> list[str]:
    """What this migration may not do in its half of the pair, by line."""
    found = []
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = {_texts(call)[0] for call in calls if ast.unparse(call.func) == "op.create_table"}
    for node in calls:
        if isinstance(node.func, ast.Attribute):
            called = node.func.attr
            if is_post and ADDS.match(called):
                found.append(f"{node.lineno}: {called} belongs into the half before")
            elif not is_post and (problem := _breach_of_before(called, node, made)):
                found.append(f"{node.lineno}: {problem}")
    return found


def _breach_of_before(called: str, call: ast.Call, made: set[str]) -> str:
    if TAKES_AWAY.match(called):
        return f"{called} belongs into a later release's half, `NNNN_post_NAME.py`"
    if called == "execute" and SQL_TAKES_AWAY.search(" ".join(_texts(call))):
        return "a statement that takes away belongs into a later release's half"
    keys = {
        word.arg: word.value
        for node in ast.walk(call)
        if isinstance(node, ast.Call)
        for word in node.keywords
    }
    may_be_left_out = "server_default" in keys or _is(keys.get("nullable"), True)
    if called == "add_column" and not may_be_left_out:
        return "add_column without nullable=True or server_default: who does not know it cannot write a row any more"
    if called == "create_index" and _is(keys.get("unique"), True) and made.isdisjoint(_texts(call)):
        return "a unique index refuses what the release before may still write; check for duplicates in the later half"
    return ""


def _texts(call: ast.Call) -> list[str]:
    return [str(node.value) for node in ast.walk(call) if isinstance(node, ast.Constant)] or [""]


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


@pytest.mark.parametrize(
    "file",
    sorted((schema.MIGRATIONS / "versions").glob("0*.py")),
    ids=lambda file: file.stem,
)
def test_a_migration_keeps_to_its_half_of_the_pair(file: Path) -> None:
    name = NAME.match(file.name)
    assert name, f"{file.name!r}: call it NNNN_name.py, or NNNN_post_name.py for what takes away"
    if int(name["number"]) >= FIRST_BOUND:
        assert breaches(file.read_text(encoding="utf-8"), is_post=bool(name["post"])) == []


def raises_needs(source: str) -> bool:
    """Whether it tells code that still uses what goes to stay away (`resources.ledger.schema.needed`)."""
    return bool(re.search(r"UPDATE needs SET revision = '\d{4}'", source))


def test_whatever_takes_away_says_which_code_the_ledger_needs_from_then_on() -> None:
    later = sorted((schema.MIGRATIONS / "versions").glob("[0-9]*_post_*.py"))

    assert [file.name for file in later if not raises_needs(file.read_text(encoding="utf-8"))] == []
    assert raises_needs("op.execute(\"UPDATE needs SET revision = '0054'\")")
    assert not raises_needs("op.drop_column('runs', 'reason')")


def test_the_newest_ones_would_have_kept_to_it() -> None:
    for name in ("0031_repairs", "0033_drift_tracks", "0037_leases", "0038_row_security"):
        source = (schema.MIGRATIONS / "versions" / f"{name}.py").read_text(encoding="utf-8")
        assert breaches(source, is_post=False) == []


@pytest.mark.parametrize(
    ("deed", "problem"),
    [
        ("op.drop_column('runs', 'reason')", "drop_column belongs into a later release's half"),
        ("op.rename_table('runs', 'deeds')", "rename_table belongs into a later"),
        ("batch.alter_column('reason', nullable=False)", "alter_column belongs into a later"),
        ("op.execute('ALTER TABLE runs DROP COLUMN reason')", "a statement that takes away"),
        (
            "op.add_column('runs', sa.Column('colour', sa.Text, nullable=False))",
            "add_column without nullable=True",
        ),
        ("op.add_column('runs', sa.Column('colour', sa.Text))", "add_column without nullable=True"),
        ("op.create_index('one', 'runs', ['origin'], unique=True)", "a unique index refuses"),
    ],
)
def test_what_the_release_before_would_stumble_over_is_refused_before_it(deed: str, problem: str) -> None:
    (told,) = breaches(deed, is_post=False)

    assert told.startswith(f"1: {problem}")


@pytest.mark.parametrize(
    "deed",
    [
        "op.create_table('hues', sa.Column('id', sa.Text, primary_key=True, nullable=False))",
        "op.add_column('runs', sa.Column('colour', sa.Text, nullable=True))",
        "op.add_column('runs', sa.Column('hue', sa.Text, nullable=False, server_default=''))",
        "op.create_index('runs_hue', 'runs', ['hue'])",
        "op.create_table('hues'); op.create_index('one_hue', 'hues', ['name'], unique=True)",
        "op.execute(\"UPDATE runs SET hue = 'red'\")",
    ],
)
def test_what_it_does_not_notice_is_added_before(deed: str) -> None:
    assert breaches(deed, is_post=False) == []


def test_the_later_half_takes_away_and_adds_nothing() -> None:
    assert breaches("op.drop_column('runs', 'reason')", is_post=True) == []
    assert breaches("op.add_column('runs', sa.Column('a', sa.Text, nullable=True))", is_post=True) == [
        "1: add_column belongs into the half before"
    ]
