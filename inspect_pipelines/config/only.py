"""`only` of steps and actions: the viewports that it names are there, and none is left with nothing to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspect_pipelines.config.playbook_document import PlaybookSpec
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.playbook import DESKTOP, Step


def check_only(spec: PlaybookSpec, steps: Sequence[Step], source: Source, findings: Findings) -> None:
    """Note names that no viewport has, actions that are never done, and viewports that play no step."""
    names = [viewport.name for viewport in spec.viewports] or [DESKTOP.name]
    for path, only, above in _places(spec):
        for name in only:
            if name not in names:
                hint = did_you_mean(name, names) or f"; there is {', '.join(map(repr, names))}"
                findings.wrong(source, path, f"{shown(name)} is no viewport of this playbook{hint}")
        if above and not set(only) & set(above):
            where = " and ".join(map(repr, above))
            findings.wrong(source, path, f"is never done: its step is played on {where} only")
    for number, name in enumerate(names):
        if spec.viewports and not any(step.on(name) for step in steps):
            message = (
                f"no step does anything on {shown(name)}; take the viewport out, or name it in an 'only'"
            )
            findings.warn(source, ("spec", "viewports", number, "name"), message)


def _places(spec: PlaybookSpec) -> Iterator[tuple[YamlPath, Sequence[str], Sequence[str]]]:
    """Where an `only` stands, what it names, and what the step around it does."""
    for number, step in enumerate(spec.steps):
        here: YamlPath = ("spec", "steps", number)
        if step.only:
            yield (*here, "only"), step.only, ()
        for key, parts in (("actions", step.actions), ("success_criteria", step.success_criteria)):
            for at, part in enumerate(parts):
                if part.only:
                    yield (*here, key, at, "only"), part.only, step.only or ()
