"""Named queries: one file each in `queries/`, whole statements whose first comment says what they answer and what they take.

A parameter is a line of that comment: `-- $days = 30: how far back`; without `=` it has to be given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.history import NamedQuery, Parameter

FOLDER = Path(__file__).parent / "queries"
USED = re.compile(r"\$(\w+)")
DECLARED = re.compile(r"-- \$(\w+)(?: = (\S+))?: (.+)")
OURS = "org_id"  # nobody gives it: it is the asker's own


@cache
def named_queries() -> Mapping[str, NamedQuery]:
    """By name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.sql"))}


def named_query(name: str, parameters: Collection[str]) -> str:
    """The statement of that name.

    Raises:
        NotFound: There is none.
        UsageError: It takes other parameters.
    """
    found = _found(name)
    wanted = sorted([OURS, *(one.name for one in found.parameters)])
    if sorted(parameters) != wanted:
        given = ", ".join(sorted(parameters)) or "none"
        raise UsageError(f"the query {name!r} takes the parameters {', '.join(wanted)}, not {given}")
    return found.statement


def filled(name: str, org_id: OrgId, given: Mapping[str, str]) -> str:
    """The statement of that name with its values in it, as anybody may ask it.

    Args:
        name: Of the query.
        org_id: Whose rows.
        given: Parameter -> value; one that has another value by itself may be left out.

    Raises:
        NotFound: There is none of that name.
        UsageError: A parameter is missing, unknown, or no number where it must be one.
    """
    found = _found(name)
    known = {one.name: one for one in found.parameters}
    if strangers := sorted(set(given) - set(known)):
        takes = ", ".join(known) or "none"
        raise UsageError(f"the query {name!r} has no parameter {strangers[0]!r}; it takes: {takes}")
    values = {OURS: _literal(org_id)}
    for one in found.parameters:
        value = given.get(one.name, one.default)
        if value is None:
            raise UsageError(f"the query {name!r} needs {one.name}, {one.says}; add: {one.name}=VALUE")
        if one.is_number and not value.isdecimal():
            raise UsageError(f"{one.name} of the query {name!r} is a whole number, not {value!r}")
        values[one.name] = value if one.is_number else _literal(value)
    return USED.sub(lambda match: values[match[1]], found.statement)


def _found(name: str) -> NamedQuery:
    known = named_queries()
    if name not in known:
        raise NotFound(f"{name!r} is no query of the run history; there are: {', '.join(known)}")
    return known[name]


def _read(path: Path) -> NamedQuery:
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next(at for at, line in enumerate(lines) if not line.startswith("--"))
    said = [line.removeprefix("--").strip() for line in lines[:end] if not DECLARED.fullmatch(line)]
    declared = [match for line in lines[:end] if (match := DECLARED.fullmatch(line))]
    parameters = tuple(Parameter(one[1], one[2], one[3]) for one in declared if one[1] != OURS)
    return NamedQuery(path.stem, " ".join(filter(None, said)), parameters, "\n".join(lines[end:]))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
