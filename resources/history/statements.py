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
def keys_of(name: str) -> dict[str, str]:
    """Column -> the key of a fact that it is filled from, where a statement renames one."""
    renamed = RENAME.search(statements()[name])
    pairs = [pair.split(" AS ") for pair in renamed[1].split(", ")] if renamed else []
    return {column: key for key, column in pairs}
