"""A selection: the part of a plan that a person asks for, and what of its views that part can show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from inspect_pipelines.domain.action import Action, TakeScreenshot
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import UsageError


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; what is empty leaves everything of its kind in.

    Attributes:
        views: Pictures by name, `[PLAYBOOK/]NAME[@VIEWPORT]`.
        steps: Ids of steps.
        viewports: Their names.
        playbooks: Their ids.
    """

    views: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    viewports: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.views or self.steps or self.viewports or self.playbooks)

    def __str__(self) -> str:
        """As people ask for it on a command line: `--view home --viewport phone`."""
        named = (
            ("--playbook", self.playbooks),
            ("--step", self.steps),
            ("--view", self.views),
            ("--viewport", self.viewports),
        )
        return " ".join(f"{option} {value}" for option, values in named for value in values)

    def holds(self, view: View, step_id: str) -> bool:
        """Whether a picture of a step is asked for."""
        return (
            _has(self.playbooks, view.playbook)
            and _has(self.viewports, view.viewport)
            and _has(self.steps, step_id)
            and (not self.views or any(_names(text, view) for text in self.views))
        )


WHOLE = Selection()


def part_of(playbook: Playbook, selection: Selection) -> Playbook | None:
    """The playbook as far as a selection needs it; None: nothing of it is asked for.

    A step stands on those before it: login, setup and every step before the last one that is asked for are played, in
    order, without their pictures. The teardown is played in any case.
    """
    if selection.is_whole:
        return playbook
    asked = {(view.name, view.viewport): step for view, step in _asked(playbook, selection)}
    viewports = tuple(
        viewport
        for viewport in playbook.viewports
        if _has(selection.viewports, viewport.name) and _is_asked(playbook, selection, viewport.name, asked)
    )
    needed = [number for number, step in enumerate(playbook.steps) if _needs(step, selection, asked)]
    if not viewports or not needed or not _has(selection.playbooks, playbook.id):
        return None
    kept = frozenset(viewport.name for viewport in viewports)
    steps = tuple(_without_others(step, asked, kept) for step in playbook.steps[: needed[-1] + 1])
    return replace(playbook, viewports=viewports, steps=steps)


def parts_of(playbooks: Iterable[Playbook], selection: Selection) -> tuple[Playbook, ...]:
    """What a selection leaves of each of these, in order; what it leaves nothing of is missing."""
    return tuple(part for each in playbooks if (part := part_of(each, selection)) is not None)


def attempted(playbooks: Iterable[Playbook], selection: Selection) -> frozenset[View]:
    """The views that a run of these takes, or tries to."""
    return frozenset(view for part in parts_of(playbooks, selection) for view, _ in _views(part))


def check_selection(playbooks: Sequence[Playbook], selection: Selection) -> None:
    """Each word of it names something, and together they leave something.

    Raises:
        UsageError: One of them names nothing; the sentence says what there is.
    """
    views = [view for each in playbooks for view, _ in _views(each)]
    steps = [step.id for each in playbooks for step in each.steps]
    viewports = [viewport.name for each in playbooks for viewport in each.viewports]
    for kind, words, known in (
        ("playbook", selection.playbooks, [each.id for each in playbooks]),
        ("step", selection.steps, steps),
        ("viewport", selection.viewports, viewports),
        ("view", selection.views, [view.name for view in views]),
    ):
        for word in words:
            is_known = any(_names(word, view) for view in views) if kind == "view" else word in known
            if not is_known:
                there = ", ".join(map(repr, dict.fromkeys(map(str, known))))
                raise UsageError(f"--{kind} {word!r} names no {kind} of this; there is {there or 'none'}")
    if not parts_of(playbooks, selection):
        raise UsageError(f"{str(selection)!r} leaves nothing to play: no picture or step is in all of it")


def _views(playbook: Playbook) -> Iterator[tuple[View, str]]:
    """Every picture of a playbook, and the step that takes it."""
    for viewport in playbook.viewports:
        for step in playbook.every_step:
            for action in step.on(viewport.name):
                if isinstance(action, TakeScreenshot):
                    yield View(playbook.id, action.name, viewport.name), step.id


def _asked(playbook: Playbook, selection: Selection) -> list[tuple[View, str]]:
    return [(view, step) for view, step in _views(playbook) if selection.holds(view, step)]


def _is_asked(
    playbook: Playbook, selection: Selection, viewport: str, asked: Iterable[tuple[str, str]]
) -> bool:
    """Whether anything is asked for on a viewport: a picture, or a step that may have none."""
    if selection.views:
        return any(on == viewport for _, on in asked)
    return any(_has(selection.steps, step.id) and step.is_on(viewport) for step in playbook.steps)


def _needs(step: Step, selection: Selection, asked: dict[tuple[str, str], str]) -> bool:
    if selection.views:
        return step.id in asked.values()
    return _has(selection.steps, step.id)


def _without_others(step: Step, asked: Iterable[tuple[str, str]], viewports: frozenset[str]) -> Step:
    """A step with the pictures that are asked for; one that is asked for on some viewports is taken on those."""
    wanted = set(asked)

    def kept(action: Action) -> Action | None:
        if not isinstance(action, TakeScreenshot):
            return action
        on = tuple(sorted(name for name in viewports if (action.name, name) in wanted))
        if not on:
            return None
        return action if frozenset(on) == viewports else replace(action, only=on)

    return replace(step, actions=tuple(one for each in step.actions if (one := kept(each)) is not None))


def _names(text: str, view: View) -> bool:
    """Whether `[PLAYBOOK/]NAME[@VIEWPORT]` is about a view."""
    return text in (
        view.name,
        f"{view.name}@{view.viewport}",
        f"{view.playbook}/{view.name}",
        str(view),
    )


def _has(names: Sequence[str], name: str) -> bool:
    return not names or name in names
