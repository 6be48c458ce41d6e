"""The history's SQL: whole statements, each with a name, in projection.sql."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "projection.sql"
HEADER = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
RENAME = re.compile(r"RENAME \(([^)]*)\)")


@cache
def statements() -> dict[str, str]:
    """Statement by name."""
    pieces = HEADER.split(FILE.read_text(encoding="utf-8"))
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@cache
def keys_of(table: str) -> dict[str, str]:
    """Column -> the key of a fact that it is filled from, where the statements that fill a table rename one."""
    known = statements()
    renamed = [
        pair.split(" AS ")
        for name in (f"gather_{table}", f"insert_{table}")
        for found in RENAME.findall(known.get(name, ""))
        for pair in found.split(", ")
    ]
    return {column: key for key, column in renamed}
