"""A playbook's text, of which single parts are written anew: comments, order and everything else stay as a person wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from inspect_pipelines.config.schedules_text import on_one_line
from inspect_pipelines.errors import Refused


@dataclass(frozen=True, slots=True)
class Item:
    """An action of a step, as it stands in the text."""

    start: int
    end: int
    reach: int  # behind the comments that follow it
    value: Any  # in YAML's values


@dataclass(frozen=True, slots=True)
class StepText:
    """Where the actions of a step stand.

    Attributes:
        start: Of what follows `actions:`; where there are none, of where they belong.
        indent: Blanks before each action's dash.
        items: None: the step has no `actions`.
        head: Comments before the first action.
    """

    id: str
    start: int
    end: int
    indent: int
    items: tuple[Item, ...] | None
    head: tuple[str, ...] = ()


class PlaybookText:
    """Changes are made from the end to the beginning, so that places stay what they are.

    Raises:
        Refused: It is written so that a part of it cannot be changed by itself.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        self._spec = _of(root, "spec")
        steps = _of(self._spec, "steps")
        if not isinstance(steps, yaml.SequenceNode):
            raise Refused("the playbook has no list of steps")
        self.steps = tuple(_step(each, text) for each in steps.value)
        if "*" in text and any(isinstance(each, yaml.AliasToken) for each in yaml.scan(text)):
            raise Refused(
                "it uses anchors of YAML, so a change in one place would be one in others; write it without them"
            )

    def with_actions(self, written: Mapping[str, Sequence[str]], runner: str) -> str:
        """The text with the actions of these steps written anew, each a line or more, and whoever plays it.

        Args:
            written: By the steps' ids; an action's further lines stand as deep as its first.
        """
        changes = [
            (step.start, step.end, _block(step, written[step.id]))
            for step in self.steps
            if step.id in written
        ]
        changes.append(self._runner(runner))
        return self._changed(changes)

    def with_target(self, step_id: str, number: int, verb: str, target: Mapping[str, Any]) -> str:
        """The text with one action's element written anew; what else the action says stays.

        Raises:
            Refused: There is no such action.
        """
        step = next((each for each in self.steps if each.id == step_id), None)
        if step is None or step.items is None or number >= len(step.items):
            raise Refused(f"step {step_id!r} has no action {number + 1} of its own; mend what it uses")
        item = step.items[number]
        if not isinstance(item.value, dict) or verb not in item.value:
            raise Refused(f"action {number + 1} of step {step_id!r} is no {verb!r} any more")
        before = item.value[verb]
        kept = (
            {key: value for key, value in before.items() if key not in PLACES}
            if isinstance(before, dict)
            else {}
        )
        after = {key: ({**target, **kept} if key == verb else value) for key, value in item.value.items()}
        is_in_braces = self.text[item.start] == "{"
        new = on_one_line(after) if is_in_braces or len(after) > 1 else action_text(after)
        return self._changed([(item.start, item.end, new)])

    def _runner(self, runner: str) -> tuple[int, int, str]:
        assert isinstance(self._spec, yaml.MappingNode)
        for key, value in self._spec.value:
            if key.value == "runner":
                return value.start_mark.index, value.end_mark.index, runner
        first = self._spec.value[0][0].start_mark
        return first.index, first.index, f"runner: {runner}\n{' ' * first.column}"

    def _changed(self, changes: Sequence[tuple[int, int, str]]) -> str:
        text = self.text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def action_text(action: Mapping[str, Any]) -> str:
    """An action of one verb as it stands behind a dash."""
    ((verb, value),) = action.items()
    return f"{verb}: {on_one_line(value)}"


PLACES = (
    *("selector", "role", "name", "label", "text", "placeholder", "test_id", "title", "alt", "frame", "nth"),
    *("has", "within"),
)


def _of(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _step(node: yaml.Node, text: str) -> StepText:
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        raise Refused("a step in braces cannot be changed by itself; write each of its keys on a line")
    keys = {key.value: (key, value) for key, value in node.value}
    found = keys.get("id")
    name = str(found[1].value) if found else ""
    if "actions" not in keys:
        assert found is not None
        column = found[0].start_mark.column
        end = _end(found[1], text)
        return StepText(name, end, end, column + 2, None)
    key, value = keys["actions"]
    if not isinstance(value, yaml.SequenceNode):
        raise Refused(f"the actions of step {name!r} are no list")
    items = tuple(
        Item(each.start_mark.index, end := _end(each, text), _reach(each, text), _plain(each, text, end))
        for each in value.value
    )
    is_block = not value.flow_style
    indent = value.start_mark.column if is_block else key.start_mark.column + 2
    start = text.index(":", key.end_mark.index) + 1
    before = text[start : items[0].start if items else start].split("\n")
    head = tuple(line.strip() for line in before if line.lstrip().startswith("#"))
    return StepText(name, start, _reach(value, text), indent, items, head)


def _reach(node: yaml.Node, text: str) -> int:
    """Behind its last sign: the mark of a block stands where the next thing begins."""
    return node.start_mark.index + len(text[node.start_mark.index : node.end_mark.index].rstrip())


def _end(node: yaml.Node, text: str) -> int:
    """The same without comments behind it and on lines of their own."""
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        below = last.value[-1]
        last = below[1] if isinstance(below, tuple) else below
    return _reach(last, text)


def _plain(node: yaml.Node, text: str, end: int) -> Any:
    """Its value; the text alone may begin in the middle of a line, so it is moved in first."""
    return yaml.safe_load(" " * node.start_mark.column + text[node.start_mark.index : end])


def _block(step: StepText, actions: Sequence[str]) -> str:
    is_list = any(each.startswith("- ") for each in actions)
    head = "" if step.items is not None or not is_list else f"\n{' ' * (step.indent - 2)}actions:"
    lead = " " * step.indent
    return head + "".join(f"\n{lead}{line}" for line in actions)
