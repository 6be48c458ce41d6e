"""Named queries: one file each in `queries/`, whole statements whose first comment says what they answer."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from inspect_pipelines.errors import NotFound, UsageError

FOLDER = Path(__file__).parent / "queries"
PARAMETER = re.compile(r"\$(\w+)")


def named_query(name: str, parameters: Collection[str]) -> str:
    """The statement of that name.

    Raises:
        NotFound: There is none.
        UsageError: It takes other parameters.
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.sql"))}
    if name not in known:
        raise NotFound(f"{name!r} is no query of the run history; there are: {', '.join(known)}")
    statement = known[name].read_text(encoding="utf-8")
    wanted = sorted(set(PARAMETER.findall(statement)))
    if sorted(parameters) != wanted:
        given = ", ".join(sorted(parameters)) or "none"
        raise UsageError(f"the query {name!r} takes the parameters {', '.join(wanted)}, not {given}")
    return statement
