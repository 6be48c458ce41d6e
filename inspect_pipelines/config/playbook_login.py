"""`login` of a playbook, with the checks that a schema cannot make."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from inspect_pipelines.config.playbook_document import LoginDocument
from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.yaml_source import YamlPath
from inspect_pipelines.domain.action import Action, Goto
from inspect_pipelines.domain.expectation import EXPECTATIONS
from inspect_pipelines.domain.kept_login import LoginRules

CODES_STAND_IN = {"fill", "type", "request", "with"}  # what `with` hands on is looked at where it arrives
NOT_KEPT = (
    "is of a login that is kept, and only one that can be checked is; say in 'valid_when' by what it is known: "
    "valid_when: [{goto: /account}, {expect_visible: {role: heading, name: My account}}]"
)
OF_KEPT = ("state", "max_age", "passkeys")


def to_login_rules(written: LoginDocument | None) -> LoginRules:
    """How long the login lasts."""
    if written is None:
        return LoginRules()
    return LoginRules(
        bool(written.valid_when), written.state or "", written.max_age, written.until or "", written.passkeys
    )


def login_problems(
    written: LoginDocument, valid_when: Sequence[Action], steps: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong, and with which key.

    Args:
        steps: Ids of the playbook's.
    """
    if valid_when and not any(isinstance(action, EXPECTATIONS) for action in valid_when):
        yield "expects nothing; say by what a login is known, as {expect_visible: ..}", "valid_when"
    elif valid_when and not isinstance(valid_when[0], Goto):
        yield (
            "opens no page, and a kept login is checked in an empty window; begin with {goto: /account}",
            "valid_when",
        )
    for key in OF_KEPT:
        if getattr(written, key) and not valid_when:
            yield NOT_KEPT, key
    if written.until is not None and written.until not in steps:
        hint = did_you_mean(written.until, steps) or f"; steps: {', '.join(steps)}"
        yield f"{shown(written.until)} is no step of this playbook{hint}", "until"


def why_no_code(name: str, secret: Collection[str], path: YamlPath) -> str:
    """Why no one-time code of a variable can stand there; empty: it can."""
    if name not in secret:
        return f"is made of a seed, so {name!r} must be a secret variable: 'secret: true' and '${{env:NAME}}'"
    if not CODES_STAND_IN.intersection(path):
        return "is a one-time code, which only 'fill', 'type' and 'request' hand out"
    return ""
