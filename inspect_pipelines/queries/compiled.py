"""A playbook as it is played: fragments and variables in their places, secrets by reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from inspect_pipelines.domain.action_words import condition_in_words, filled, in_words
from inspect_pipelines.domain.host import host_of
from inspect_pipelines.domain.playbook import Playbook, Step, VariableType
from inspect_pipelines.domain.session import Value
from inspect_pipelines.domain.session_request import values_for
from inspect_pipelines.errors import UsageError


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """One step: what is done in it, and what must hold then.

    Attributes:
        when: When it is played, in words; empty: always.
        unchecked: What only a person or an agent can tell.
    """

    id: str
    name: str
    actions: tuple[str, ...]
    criteria: tuple[str, ...]
    when: str = ""
    instruction: str = ""
    unchecked: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    timeout_seconds: float = 0
    retries: int = 0
    optional: bool = False
    manual: bool = False


@dataclass(frozen=True, slots=True)
class CompiledPlaybook:
    """What is played, in playing order.

    Attributes:
        variables: Values by name; a secret's is its reference.
        missing: Required variables that nothing gives a value.
        viewports: `desktop 1280x800`.
    """

    id: str
    name: str
    base_url: str
    variables: Mapping[str, str]
    missing: tuple[str, ...]
    viewports: tuple[str, ...]
    steps: tuple[CompiledStep, ...]


def compiled(
    playbook: Playbook, given: Mapping[str, str], allowed_hosts: tuple[str, ...]
) -> CompiledPlaybook:
    """The playbook with these values.

    Raises:
        UsageError: One of them does not fit, or names no variable.
    """
    values = values_as_far(playbook, given, allowed_hosts)
    texts = {name: value.text for name, value in values.items()}
    return CompiledPlaybook(
        playbook.id,
        playbook.name,
        filled(playbook.base_url, texts),
        texts,
        tuple(each.name for each in playbook.variables if each.name not in values),
        tuple(f"{each.name} {each.width}x{each.height}" for each in playbook.viewports),
        tuple(_step(step, texts) for step in playbook.every_step),
    )


def values_as_far(
    playbook: Playbook, given: Mapping[str, str], allowed_hosts: tuple[str, ...]
) -> dict[str, Value]:
    """The values that there are; a required variable without one is missing.

    Raises:
        UsageError: One does not fit, or names no variable.
    """
    check_given(playbook, given)
    known = tuple(
        each
        for each in playbook.variables
        if not each.required or each.name in given or each.default is not None
    )
    hosts = hosts_of(playbook, given, allowed_hosts)
    return values_for(replace(playbook, variables=known), {}, given, hosts)


def hosts_of(playbook: Playbook, given: Mapping[str, str], allowed_hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Where its pages may go while somebody writes it: what the organisation allows, and what that person names."""
    names = {each.name for each in playbook.variables if each.type is VariableType.URL}
    named = (host_of(text) for name, text in given.items() if name in names)
    return (*allowed_hosts, *(host for host in named if host))


def check_given(playbook: Playbook, given: Mapping[str, str]) -> None:
    """Every value is a variable's.

    Raises:
        UsageError: One is not.
    """
    names = [each.name for each in playbook.variables]
    for name in given:
        if name not in names:
            there = ", ".join(map(repr, names)) or "none"
            raise UsageError(f"playbook {playbook.id!r} has no variable {name!r}; it has {there}")


def lines_of(playbook: CompiledPlaybook) -> Iterator[str]:
    """It as people read it."""
    yield f"{playbook.id}  {playbook.name}"
    if playbook.base_url:
        yield f"  base_url   {playbook.base_url}"
    yield f"  viewports  {', '.join(playbook.viewports)}"
    for name, text in playbook.variables.items():
        yield f"  {name} = {text!r}"
    for name in playbook.missing:
        yield f"  {name} has no value; give it with --var {name}=VALUE"
    for step in playbook.steps:
        yield ""
        yield f"{step.id}  {step.name}{_remarks(step)}"
        if step.instruction:
            yield f"  # {' '.join(step.instruction.split())}"
        yield from (f"  {number}. {each}" for number, each in enumerate(step.actions, start=1))
        yield from (f"  ✓ {each}" for each in step.criteria)
        yield from (f"  ? {each} (not checked by a browser)" for each in step.unchecked)


def _remarks(step: CompiledStep) -> str:
    said = [
        *([f"on {', '.join(step.only)} only"] if step.only else []),
        *([f"when {step.when}"] if step.when else []),
        *(["optional"] if step.optional else []),
        *(["a person does it"] if step.manual else []),
        *([f"again up to {step.retries} times"] if step.retries else []),
    ]
    return f"  ({'; '.join(said)})" if said else ""


def _step(step: Step, texts: Mapping[str, str]) -> CompiledStep:
    return CompiledStep(
        step.id,
        step.name,
        tuple(in_words(each, texts) for each in step.actions),
        tuple(in_words(each, texts) for each in step.success_criteria),
        condition_in_words(step.when, texts) if step.when else "",
        filled(step.instruction, texts),
        tuple(filled(each, texts) for each in step.unchecked),
        step.only,
        step.timeout_seconds,
        step.retries,
        step.optional,
        step.manual,
    )
