"""Fragments: what `use` stands for, with its parameters filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from inspect_pipelines.config.action_document import ActionDocument, UseDocument
from inspect_pipelines.config.fragment_document import FragmentDocument
from inspect_pipelines.config.playbook_variables import VARIABLE_NAME
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import note, shown
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.ids import NOT_AN_ID, SLUG
from inspect_pipelines.domain.template import PLACEHOLDER, malformed, placeholders

MOST_ACTIONS = 500  # that one `use` may stand for


@dataclass(frozen=True, slots=True)
class Fragment:
    """One that was read."""

    id: str
    document: FragmentDocument
    source: Source

    @property
    def parameters(self) -> Mapping[str, str | None]:
        """Their defaults by name; None: it must be given."""
        return {one.name: one.default for one in self.document.spec.parameters}


Fragments = Mapping[str, Fragment]


@dataclass(frozen=True, slots=True)
class Written:
    """An action of a playbook, and where it stands there: one of a fragment stands where it is used."""

    document: ActionDocument
    path: YamlPath


def check_fragment(fragment: Fragment, every: Fragments, findings: Findings) -> None:
    """Note what is wrong with it: its names, its placeholders, fragments that it uses and that are not there, a circle."""

    def wrong(message: str, *path: str | int) -> None:
        findings.wrong(fragment.source, path, message)

    if not SLUG.match(fragment.id):
        wrong(f"{shown(fragment.id)} {NOT_AN_ID}", "metadata", "id")
    names = [one.name for one in fragment.document.spec.parameters]
    for number, name in enumerate(names):
        if not VARIABLE_NAME.fullmatch(name):
            wrong(
                f"{shown(name)} is not a parameter's name: letters, digits and '_'",
                "spec",
                "parameters",
                number,
            )
        if name in names[:number]:
            wrong(f"{shown(name)} is a parameter already", "spec", "parameters", number)
    for path, text in texts_of(fragment.source.value["spec"].get("actions"), ("spec", "actions")):
        if bad := malformed(text):
            wrong(f"{shown(bad)} is not a placeholder; write '{{{{name}}}}'", *path)
        for name in placeholders(text):
            if name not in names:
                hint = did_you_mean(name, names) or "; declare it under spec.parameters"
                wrong(f"'{{{{{name}}}}}' names no parameter of this fragment{hint}", *path)
    for number, action in enumerate(fragment.document.spec.actions):
        here: YamlPath = ("spec", "actions", number)
        if action.only:
            wrong("names viewports, which are a playbook's; write 'only' beside its 'use'", *here, "only")
        if action.use is None:
            continue
        if problem := _misuse(action.use, every):
            wrong(problem, *here, "use")
        elif circle := _circle(fragment.id, action.use.fragment, every):
            wrong(f"leads in a circle: {' > '.join(circle)}; take one of them out", *here, "use")


def expanded(
    actions: Sequence[ActionDocument], path: YamlPath, every: Fragments, source: Source, findings: Findings
) -> list[Written]:
    """The actions with each `use` replaced by what it stands for; what is wrong with one is noted, and it stands for nothing."""
    found: list[Written] = []
    for number, action in enumerate(actions):
        here = (*path, number)
        if action.use is None:
            found.append(Written(action, here))
            continue
        if problem := _misuse(action.use, every):
            findings.wrong(source, (*here, "use"), problem)
            continue
        inner = list(_used(action, every, (), source, here, findings))
        if len(inner) > MOST_ACTIONS:
            findings.wrong(
                source,
                (*here, "use"),
                f"stands for {len(inner)} actions; more than {MOST_ACTIONS} are too many",
            )
            continue
        found += [Written(one, here) for one in inner]
    return found


def texts_of(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, str]]:
    """All texts within a value, with their places."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_of(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts_of(inner, (*path, number))


def _used(
    action: ActionDocument,
    every: Fragments,
    around: tuple[str, ...],
    source: Source,
    here: YamlPath,
    findings: Findings,
) -> Iterator[ActionDocument]:
    use = action.use
    assert use is not None
    fragment = every.get(use.fragment)
    if fragment is None or use.fragment in around or _misuse(use, every):
        return  # told where the fragment stands
    values = {**{name: default or "" for name, default in fragment.parameters.items()}, **use.values()}
    for written in fragment.document.spec.actions:
        filled = _filled(written.model_dump(by_alias=True, exclude_unset=True), values)
        if action.only:
            filled["only"] = list(action.only)
        try:
            one = ActionDocument.model_validate(filled)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                note(findings, source, ActionDocument, detail, here)
            continue
        if one.use is None:
            yield one
        else:
            yield from _used(one, every, (*around, use.fragment), source, here, findings)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """Every text with its parameters filled, once; what a value asks for is the playbook's to fill."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), value)
    if isinstance(value, dict):
        return {key: _filled(inner, values) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(inner, values) for inner in value]
    return value


def _misuse(use: UseDocument, every: Fragments) -> str | None:
    """What is wrong with a `use`, as a sentence."""
    fragment = every.get(use.fragment)
    if fragment is None:
        there = (
            f"; there is {', '.join(map(repr, sorted(every)))}"
            if every
            else "; write it in fragments/NAME.yaml"
        )
        return f"{shown(use.fragment)} is no fragment{did_you_mean(use.fragment, every) or there}"
    parameters = fragment.parameters
    for name in use.values():
        if name not in parameters:
            hint = did_you_mean(name, parameters) or f"; it has {', '.join(map(repr, parameters)) or 'none'}"
            return f"{shown(name)} is no parameter of fragment {use.fragment!r}{hint}"
    missing = [name for name, default in parameters.items() if default is None and name not in use.values()]
    if missing:
        return f"fragment {use.fragment!r} needs {' and '.join(map(repr, missing))}; give it under 'with'"
    return None


def _circle(start: str, at: str, every: Fragments, around: tuple[str, ...] = ()) -> list[str] | None:
    """The way from a fragment back to itself; None: there is none."""
    way = (*around, at)
    if at == start:
        return [start, *way]
    if at in around or at not in every:
        return None
    for action in every[at].document.spec.actions:
        if action.use is not None and (found := _circle(start, action.use.fragment, every, way)):
            return found
    return None
