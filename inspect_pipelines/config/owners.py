"""`owners` of organization.yaml: a text in the syntax of CODEOWNERS."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.ownership import OwnerRule, fault, rule_of

MOST_LINES = 1000


def owners(text: str, wrong: Callable[..., None]) -> tuple[OwnerRule, ...]:
    """Its rules, in order; a line that cannot be one is told with its number.

    Args:
        wrong: What notes a fault.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        wrong(f"owners may have {MOST_LINES} lines, and these are {len(lines)}")
        return ()
    found: list[OwnerRule] = []
    for number, line in enumerate(lines, start=1):
        rule = rule_of(line)
        if rule is None:
            continue
        if problem := fault(rule):
            wrong(f"line {number}: pattern {shown(rule.pattern)} {problem}")
        found.append(rule)
    return tuple(found)
