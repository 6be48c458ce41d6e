"""An agent's answer: what the JSON block at the end of its last message says, checked before it is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from inspect_pipelines.domain.finding import Severity
from inspect_pipelines.domain.session import StepStatus

BLOCK = re.compile(r"^[ \t]*```(?:json)?[ \t]*\r?\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
STATUSES = {
    "completed": StepStatus.PASSED,
    "skipped": StepStatus.SKIPPED,
    "failed": StepStatus.FAILED,
}
MOST_FINDINGS = 200
MOST_CHARACTERS = 600  # of a finding
NOT_JSON = object()


class NoAnswer(ValueError):
    """There is no block, or it does not say what it must; the message says why."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding, as an agent reports it."""

    severity: Severity
    message: str  # one line
    route: str = ""


@dataclass(frozen=True, slots=True)
class AgentAnswer:
    findings: tuple[Reported, ...] = ()
    steps: Mapping[str, StepStatus] = field(default_factory=dict)  # by id


def read_answer(text: str) -> AgentAnswer:
    """What the last block of a text says; prose around it, and a block without a fence, are no obstacle.

    Raises:
        NoAnswer: Nothing in it is an answer.
    """
    found = next(_candidates(text), NOT_JSON)
    if found is NOT_JSON:
        raise NoAnswer("its last message ends with no JSON block")
    if not isinstance(found, dict) or not {"findings", "steps"} <= set(found):
        raise NoAnswer("the JSON at the end of its last message has not both 'findings' and 'steps'")
    return AgentAnswer(tuple(_findings(found["findings"])), dict(_steps(found["steps"])))


def block_of(text: str) -> list[dict[str, Any]]:
    """The steps of a text's last block as they are written; empty when there are none."""
    found = next(_candidates(text), None)
    steps = found.get("steps") if isinstance(found, dict) else None
    return [each for each in steps if isinstance(each, dict)] if isinstance(steps, list) else []


def _candidates(text: str) -> Iterator[Any]:
    """JSON values of the text, the most likely first: in its last fence, then from a brace to its end."""
    for block in reversed(BLOCK.findall(text)):
        if (found := _loaded(block)) is not NOT_JSON:
            yield found
    bare = text.rstrip().removesuffix("```").rstrip()
    for start in re.finditer(r"^[ \t]*\{", bare, re.MULTILINE):
        if (found := _loaded(bare[start.start() :])) is not NOT_JSON:
            yield found


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # nested a thousand deep
        return NOT_JSON


def _findings(written: Any) -> Iterator[Reported]:
    if not isinstance(written, list):
        raise NoAnswer("its 'findings' are not a list")
    if len(written) > MOST_FINDINGS:
        raise NoAnswer(f"it has {len(written)} findings, and {MOST_FINDINGS} is the most")
    for number, each in enumerate(written):
        if not isinstance(each, dict) or not _line(each.get("title")):
            raise NoAnswer(f"its findings[{number}] has no title")
        if each.get("severity") not in [severity.value for severity in Severity]:
            raise NoAnswer(
                f"its findings[{number}] has the severity {_line(each.get('severity'))!r}, which is not one of error, warning, info"
            )
        said = ": ".join(part for part in (_line(each["title"]), _line(each.get("detail"))) if part)
        short = said if len(said) <= MOST_CHARACTERS else f"{said[: MOST_CHARACTERS - 1]}…"
        yield Reported(Severity(each["severity"]), short, _line(each.get("route")))


def _steps(written: Any) -> Iterator[tuple[str, StepStatus]]:
    if not isinstance(written, list):
        raise NoAnswer("its 'steps' are not a list")
    for number, each in enumerate(written):
        if not isinstance(each, dict) or not _line(each.get("id")):
            raise NoAnswer(f"its steps[{number}] has no id")
        if each.get("status") not in STATUSES:
            raise NoAnswer(
                f"its steps[{number}] has the status {_line(each.get('status'))!r}, which is not one of completed, skipped, failed"
            )
        yield _line(each["id"]), STATUSES[each["status"]]


def _line(value: Any) -> str:
    """A text on one line, without what is not for people to read; another kind of value is none."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
