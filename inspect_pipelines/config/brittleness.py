"""What works today and breaks by itself: elements named by their place in the page, steps that check and show nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inspect_pipelines.config.problem import Findings, Problem
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.expectation import EXPECTATIONS, ExpectPopup
from inspect_pipelines.domain.playbook import Playbook

PLACES = re.compile(r":nth-(?:last-)?(?:child|of-type)\(|:(?:first|last)-(?:child|of-type)|^/|^xpath=")
MADE = re.compile(  # class names of styles that a build makes anew: css-1q2w3e, sc-bdVaJa, Button_root__x7Zk9
    r"\.(?:css-[a-z0-9]{5,}|sc-[A-Za-z]{5,}|jsx-\d{5,}|[A-Za-z]+_[A-Za-z]+__[A-Za-z0-9]{5})(?![\w-])"
)
MOST_STEPS_DOWN = 3  # of a chain `a > b > c`; each is one more thing that may be rearranged
COMBINATORS = re.compile(r"\s*[>+~]\s*|\s+")
ATTRIBUTES = re.compile(r"\[[^\]]*\]|\([^)]*\)")
BY_WHAT_IT_SAYS = "name it by what a person sees: role and name, label or text"
MARK = "# distil:"  # begins a comment about what an agent did, or told, and a browser does not
HAVE_NO_TARGET = ("mask", "hide", "widths", "ready", "block", "stub")  # what they name is not acted on


def warn_of_brittleness(source: Source, playbook: Playbook, findings: Findings) -> None:
    """Note it, each at its place."""
    for path, key, value in _keyed(source.value, ()):
        if key == "nth":
            message = f"nth: {value} is another element as soon as one is added before it; {BY_WHAT_IT_SAYS}, or say 'within' what it stands"
            findings.warn(source, path, message)
        elif _is_selector(path, key) and isinstance(value, str) and (why := _brittle(value)):
            findings.warn(source, path, f"{value!r} {why}; {BY_WHAT_IT_SAYS}")
    _warn_of_blindness(source, playbook, findings)
    for number, line in enumerate(source.lines, start=1):
        if line.lstrip().startswith(MARK):
            said = f"is not played by a browser: {line.strip().removeprefix(MARK).strip()}; write it, and take the comment out"
            findings.warnings.append(Problem(source.file, number, line.index("#") + 1, "", said))


def _warn_of_blindness(source: Source, playbook: Playbook, findings: Findings) -> None:
    actions = list(playbook.actions())
    where: YamlPath = ("spec", "steps")
    if not any(isinstance(one, TakeScreenshot) for one in actions):
        findings.warn(
            source,
            where,
            "take no screenshot, so nothing is ever compared and a run ends in error; add one: {screenshot: home}",
        )
    for number, step in enumerate(playbook.steps):
        every = (*step.actions, *step.success_criteria)
        checks = (TakeScreenshot, ExpectPopup, *EXPECTATIONS)
        if not step.manual and not any(isinstance(one, checks) for one in every):
            findings.warn(
                source,
                (*where, number),
                f"step {step.id!r} expects nothing and takes no screenshot, so it passes whatever the page shows; "
                "say by what it is known to have worked, as {expect_visible: {text: Thank you}}",
            )
    if not any(isinstance(one, EXPECTATIONS) for one in actions):
        findings.warn(
            source,
            where,
            "expect nothing: an error page that looks like its approved picture passes; "
            "add success_criteria, as {expect_visible: {role: heading, name: Welcome}}",
        )


def _keyed(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, str, Any]]:
    """Every value under a key, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), str(key), inner
            yield from _keyed(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _keyed(inner, (*path, number))


def _is_selector(path: YamlPath, key: str) -> bool:
    keys = [part for part in path if isinstance(part, str)]
    if any(part in HAVE_NO_TARGET for part in keys):
        return False
    return key in ("selector", "has", "within", *CLICKED)


CLICKED = ("click", "dblclick", "hover", "check", "uncheck", "wait_for", "expect_visible", "expect_hidden")


def _brittle(selector: str) -> str:
    """Why a selector does not last; empty: it may."""
    text = selector.strip()[:1000]
    if PLACES.search(text):
        return "names an element by its place, which moves with whatever is added"
    if found := MADE.search(text):
        return f"names {found.group()!r}, which a build makes anew"
    steps = [part for part in COMBINATORS.split(ATTRIBUTES.sub("", text)) if part]
    if len(steps) > MOST_STEPS_DOWN:
        return f"goes {len(steps)} elements down, each of which may be rearranged"
    return ""
