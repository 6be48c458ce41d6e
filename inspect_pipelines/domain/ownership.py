"""Ownership: who looks after which views, in the syntax of CODEOWNERS; of several patterns that match, the last one decides.

A view is known by three paths: `playbooks/shop/cart@desktop`, `routes/checkout/pay` and `definitions/nightly-shop`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain import glob
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import SessionResult

ROOTS = ("playbooks", "routes", "definitions")


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One line: `routes/checkout/ @payments ada`.

    Attributes:
        owners: As `people` names them, without `@`; empty: nobody owns what it matches.
    """

    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        return any(glob.matches(each, path) for each in _globs(self.pattern))


def rule_of(line: str) -> OwnerRule | None:
    """What a line says; None: nothing, or a remark."""
    words = line.partition("#")[0].split()
    if not words:
        return None
    return OwnerRule(words[0], tuple(dict.fromkeys(word.removeprefix("@") for word in words[1:])))


def fault(rule: OwnerRule, *, is_of_files: bool = False) -> str | None:
    """What is wrong with its pattern, as the end of a sentence about it; None: nothing.

    Args:
        is_of_files: It may name any folder, as in a repository's own CODEOWNERS.
    """
    if rule.pattern.startswith("!"):
        return "begins with '!', which CODEOWNERS has not; a later line takes out again"
    if problem := glob.fault(rule.pattern):
        return problem
    bare = rule.pattern.lstrip("/")
    first = bare.partition("/")[0]
    if not is_of_files and "/" in bare.rstrip("/") and first not in ROOTS and not set(first) & set("*?["):
        return f"begins with none of: {', '.join(f'{root}/' for root in ROOTS)}"
    return None


def owners_of(rules: Sequence[OwnerRule], paths: Iterable[str]) -> tuple[str, ...]:
    """Who owns something that is known by these paths; empty: nobody."""
    known = tuple(paths)
    return next((one.owners for one in reversed(rules) if any(map(one.matches, known))), ())


def owners_of_views(
    rules: Sequence[OwnerRule],
    definition_id: DefinitionId,
    sessions: Iterable[SessionResult],
    views: Iterable[View],
) -> tuple[str, ...]:
    """Who owns one of these views of a definition's run, each once; of no view: who owns the definition.

    Args:
        sessions: The run's, for the routes at which views were seen.
    """
    if not rules:
        return ()
    routes = {shot.view: shot.route for session in sessions for shot in session.screenshots}
    asked = [_paths(view, routes.get(view, ""), definition_id) for view in views]
    found = (owners_of(rules, paths) for paths in asked or [[f"definitions/{definition_id}"]])
    return tuple(dict.fromkeys(name for owners in found for name in owners))


def owners_of_playbook(
    rules: Sequence[OwnerRule], playbook: str, definition_id: DefinitionId
) -> tuple[str, ...]:
    """Who owns a playbook as a whole, as a definition plays it: not who owns one of its views."""
    return owners_of(rules, [f"playbooks/{playbook}/", f"definitions/{definition_id}"])


def _paths(view: View, route: str, definition_id: DefinitionId) -> list[str]:
    known = [f"playbooks/{view.playbook}/{view.name}@{view.viewport}", f"definitions/{definition_id}"]
    return [*known, f"routes/{route.strip('/')}"] if route else known


def _globs(pattern: str) -> Iterator[str]:
    """A pattern without a slash matches at any depth, and what matches a folder matches all in it, but for `folder/*`."""
    bare = pattern.strip("/")
    anchored = bare if "/" in bare or pattern.startswith("/") else f"**/{bare}"
    if not pattern.endswith("/"):
        yield anchored
    if not pattern.endswith("/*"):
        yield f"{anchored}/**"
