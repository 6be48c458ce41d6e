"""Playbook documents to the domain's playbooks, with the checks that a schema cannot make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from inspect_pipelines.config.devices import DEVICES
from inspect_pipelines.config.finding_rules import to_finding_rules
from inspect_pipelines.config.only import check_only
from inspect_pipelines.config.playbook_document import (
    PlaybookDocument,
    StepDocument,
    VariableDocument,
    ViewportDocument,
)
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.screenshot_document import selectors, widths
from inspect_pipelines.config.type_advice import another_number
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.ids import SLUG, PlaybookId
from inspect_pipelines.domain.playbook import (
    DESKTOP,
    PageRules,
    Playbook,
    Step,
    Variable,
    VariableType,
    Viewport,
)
from inspect_pipelines.domain.template import malformed, placeholders
from inspect_pipelines.domain.variable import SECRET_REFERENCE, normalised
from inspect_pipelines.errors import UsageError

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
MAX_NAME = 100  # characters of a view's or viewport's name
NOT_AN_ID = "is not an id: letters, digits, '-' and '_', at most 100, a letter or digit at both ends"
SECRET_FORM = (
    "a secret is written as '${env:NAME}' or '${file:/path}', never as its value (which is not shown here)"  # noqa: S105
)


def to_playbook(document: PlaybookDocument, source: Source, findings: Findings, *, today: date) -> Playbook:
    """The playbook of a document; its faults are noted, and it is then good for checking others only."""
    spec = document.spec
    if not SLUG.match(document.metadata.id):
        findings.wrong(source, ("metadata", "id"), f"{shown(document.metadata.id)} {NOT_AN_ID}")
    check = _Check(source, findings)
    variables = tuple(check.variable(variable, number) for number, variable in enumerate(spec.variables))
    viewports = tuple(check.viewport(viewport, number) for number, viewport in enumerate(spec.viewports))
    steps = tuple(check.step(step, number) for number, step in enumerate(spec.steps))
    check.names([variable.name for variable in variables], "spec", "variables", "name")
    check.names([viewport.name for viewport in viewports], "spec", "viewports", "name")
    check.names([step.id for step in steps], "spec", "steps", "id")
    check.views(document)
    check.addresses(document)
    check.texts(variables)
    check_only(spec, steps, source, findings)
    return Playbook(
        id=PlaybookId(document.metadata.id),
        name=document.metadata.name or document.metadata.id,
        steps=steps,
        base_url=spec.base_url,
        description=document.metadata.description,
        variables=variables,
        viewports=viewports or (DESKTOP,),
        page=PageRules(
            selectors(spec.page.mask),
            tuple(spec.page.ready),
            tuple(spec.page.block),
            tuple(spec.page.hide),
            widths(spec.page.mask),
        ),
        findings=to_finding_rules(spec.findings, source, findings, today=today),
        tags=tuple(document.metadata.tags),
    )


def checked_value(variable: Variable, value: Any) -> str:
    """A written value as the text that is stored: a reference for a secret, else checked by the variable's type.

    Raises:
        UsageError: It does not fit; a secret's value is never shown.
    """
    if variable.secret:
        if not isinstance(value, str) or not SECRET_REFERENCE.match(value):
            raise UsageError(SECRET_FORM)
        return value
    if isinstance(value, str) and SECRET_REFERENCE.match(value):
        raise UsageError(
            f"{shown(value)} is a secret, but the variable {variable.name!r} does not say 'secret: true'"
        )
    if variable.type is VariableType.PATH_LIST and isinstance(value, list):
        value = "\n".join(str(item) for item in value)
    if isinstance(value, bool):
        value = str(value).lower()
    if not isinstance(value, (str, int, float)):
        raise UsageError(f"{shown(value)} is not a value of the type {variable.type.value!r}")
    text = str(value)
    return text if placeholders(text) else normalised(variable.type, text, variable.choices)


class _Check:
    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings

    def wrong(self, message: str, *path: str | int) -> None:
        self.findings.wrong(self.source, path, message)

    def variable(self, written: VariableDocument, number: int) -> Variable:
        here = ("spec", "variables", number)
        kind = VariableType(written.type)
        if not VARIABLE_NAME.fullmatch(written.name):
            self.wrong(
                f"{shown(written.name)} is not a variable's name: letters, digits and '_'", *here, "name"
            )
        if (kind is VariableType.ENUM) != bool(written.choices):
            self.wrong("'choices' belong to the type 'enum', and it needs them", *here)
        variable = Variable(
            written.name,
            kind,
            written.required,
            secret=written.secret,
            choices=tuple(written.choices),
            description=written.description,
        )
        if written.default is None:
            return variable
        if written.required:
            self.wrong("a required variable has no default; keep one of the two", *here, "default")
        if isinstance(written.default, str) and "{{" in written.default and not written.secret:
            self.wrong(f"{shown(written.default)}: a default holds no placeholder", *here, "default")
            return variable
        if problem := another_number(self.source, (*here, "default"), written.default, kind):
            self.wrong(problem, *here, "default")
        try:
            default = checked_value(variable, written.default)
        except UsageError as error:
            self.wrong(str(error), *here, "default")
            return variable
        return Variable(
            variable.name,
            kind,
            written.required,
            default,
            written.secret,
            variable.choices,
            written.description,
        )

    def viewport(self, written: ViewportDocument, number: int) -> Viewport:
        here = ("spec", "viewports", number)
        if "@" in written.name or "/" in written.name or not 0 < len(written.name) <= MAX_NAME:
            self.wrong(
                f"{shown(written.name)} must have 1 to {MAX_NAME} characters, none of them '/' or '@'",
                *here,
                "name",
            )
        device = DEVICES.get(written.device) if written.device else None
        if written.device and device is None:
            hint = did_you_mean(written.device, DEVICES) or f"; known are {', '.join(DEVICES)}"
            self.wrong(f"{shown(written.device)} is not a device of ours{hint}", *here, "device")
        elif device is None and (written.width is None or written.height is None):
            self.wrong("needs 'width' and 'height', or a 'device'", *here)
        base = Viewport(
            written.name,
            device.width if device else DESKTOP.width,
            device.height if device else DESKTOP.height,
            device.scale if device else DESKTOP.scale,
            device.mobile if device else False,
            device.user_agent if device else None,
        )
        return Viewport(
            base.name,
            written.width or base.width,
            written.height or base.height,
            written.scale or base.scale,
            base.mobile if written.mobile is None else written.mobile,
            written.user_agent or base.user_agent,
        )

    def step(self, written: StepDocument, number: int) -> Step:
        here = ("spec", "steps", number)
        if not SLUG.match(written.id):
            self.wrong(f"{shown(written.id)} {NOT_AN_ID}", *here, "id")
        expectations = [criterion.expectation() for criterion in written.success_criteria]
        if not written.actions and not any(expectations):
            message = (
                f"step {written.id!r} has no actions; prose alone needs an agent, which is not supported yet"
            )
            self.wrong(message, *here)
        return Step(
            written.id,
            written.name or written.id,
            tuple(action.done() for action in written.actions),
            tuple(expectation for expectation in expectations if expectation is not None),
            written.instruction,
            written.timeout,
            tuple(
                criterion.text or ""
                for criterion, expectation in zip(written.success_criteria, expectations, strict=True)
                if expectation is None
            ),
            written.slow,
            tuple(written.only or ()),
        )

    def names(self, names: list[str], *path: str) -> None:
        """Each name once within its list."""
        *parents, key = path
        for number, name in enumerate(names):
            if (first := names.index(name)) < number:
                self.wrong(
                    f"{shown(name)} is the {key} of {path[-2]}[{first}] already", *parents, number, key
                )

    def views(self, document: PlaybookDocument) -> None:
        """Views are what pictures are compared by: each name once, and plain."""
        seen: dict[str, YamlPath] = {}
        for step_number, step in enumerate(document.spec.steps):
            for number, action in enumerate(step.actions):
                if action.screenshot is None:
                    continue
                name = action.screenshot.name
                path: YamlPath = ("spec", "steps", step_number, "actions", number, "screenshot")
                path = (*path, "name") if (*path, "name") in self.source.values_at else path
                if not 0 < len(name) <= MAX_NAME or any(mark in name for mark in ("/", "@", "{{")):
                    message = f"the view name {shown(name)} must have 1 to {MAX_NAME} characters, without '/', '@' and '{{{{'"
                    self.wrong(message, *path)
                if name in seen:
                    line, _ = self.source.place(seen[name])
                    self.wrong(
                        f"the view name {shown(name)} is taken by the screenshot on line {line}", *path
                    )
                seen.setdefault(name, path)

    def addresses(self, document: PlaybookDocument) -> None:
        base = document.spec.base_url
        if base and "{{" not in base:
            try:
                normalised(VariableType.URL, base)
            except UsageError as error:
                self.wrong(str(error), "spec", "base_url")
        for step_number, step in enumerate(document.spec.steps):
            for number, action in enumerate(step.actions):
                url = action.goto.url if action.goto else None
                if url is None or url.startswith("{{"):
                    continue
                path = ("spec", "steps", step_number, "actions", number, "goto")
                if urlsplit(url).scheme not in ("", "http", "https"):
                    self.wrong(
                        f"{shown(url)} is neither a path nor an address that starts with 'https://'", *path
                    )
                elif not urlsplit(url).scheme and not base:
                    self.wrong(
                        f"{shown(url)} is relative, but the playbook has no base_url; add one under spec",
                        *path,
                    )

    def texts(self, variables: tuple[Variable, ...]) -> None:
        """Every placeholder is a variable, and every variable is asked for somewhere."""
        known = {variable.name for variable in variables}
        used: set[str] = set()
        for path, text in _texts(self.source.value["spec"], ("spec",)):
            if bad := malformed(text):
                self.wrong(f"{shown(bad)} is not a placeholder; write '{{{{name}}}}'", *path)
            for name in placeholders(text):
                used.add(name)
                if name not in known:
                    hint = did_you_mean(name, known) or "; declare it under spec.variables"
                    self.wrong(f"'{{{{{name}}}}}' names no variable of this playbook{hint}", *path)
        for number, variable in enumerate(variables):
            if variable.name not in used:
                message = f"the variable {variable.name!r} is declared, but no text asks for '{{{{{variable.name}}}}}'"
                self.findings.warn(self.source, ("spec", "variables", number, "name"), message)


def _texts(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, str]]:
    if path == ("spec", "variables"):
        return
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, number))
