"""Walls that import-linter cannot see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
ABOVE = (
    "inspect_pipelines/cli",
    "inspect_pipelines/web",
    "assets",
    "sensors",
)  # who must ask a query or a use case


def sessions_in(source: str) -> Iterator[int]:
    """Lines that open a session of the ledger: `X.ledger.read()`, or `with X.write() as ..` of whatever it was given to."""
    for node in ast.walk(ast.parse(source)):
        is_deed = isinstance(node, ast.Attribute) and node.attr in ("read", "write")
        of = node.value if isinstance(node, ast.Attribute) else None
        if is_deed and isinstance(of, ast.Attribute) and of.attr in ("ledger", "ledgers"):
            yield of.lineno
        if isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call):
            called = node.context_expr
            is_session = isinstance(called.func, ast.Attribute) and called.func.attr in ("read", "write")
            if is_session and not called.args and not called.keywords:
                yield called.lineno


@pytest.mark.parametrize("folder", ABOVE)
def test_no_command_route_op_or_sensor_opens_a_ledger_session_itself(folder: str) -> None:
    found = {
        f"{path.relative_to(HOUSE)}:{line}"
        for path in sorted((HOUSE / folder).rglob("*.py"))
        for line in sessions_in(path.read_text(encoding="utf-8"))
    }

    assert not found, "ask queries/ or usecases/ instead"


@pytest.mark.parametrize(
    "source",
    [
        "with house.ledger.read() as ledger: ...",
        "with self._house.ledger.write() as ledger: ...",
        "session = house.ledgers.read()",
        "def f(ledger):\n    with ledger.read() as session: ...",
        "read = house.ledger.read",
    ],
)
def test_every_way_to_open_one_is_seen(source: str) -> None:
    assert [*sessions_in(source)]


@pytest.mark.parametrize(
    "source", ["page = file.read()", "Historian(house.ledgers)", "house.ledgers.migrate()", "x.write(b'')"]
)
def test_what_opens_none_may_stay(source: str) -> None:
    assert not [*sessions_in(source)]
