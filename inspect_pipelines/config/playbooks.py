"""Playbook documents to the domain's playbooks, with the checks that a schema cannot make."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from inspect_pipelines.config.finding_rules import to_finding_rules
from inspect_pipelines.config.fragments import texts_of
from inspect_pipelines.config.only import check_only
from inspect_pipelines.config.page_rules import to_page_rules
from inspect_pipelines.config.playbook_document import PlaybookDocument
from inspect_pipelines.config.playbook_login import to_login_rules, why_no_code
from inspect_pipelines.config.playbook_steps import Around, to_steps
from inspect_pipelines.config.playbook_variables import to_variable
from inspect_pipelines.config.playbook_viewports import to_viewport
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.yaml_source import Source
from inspect_pipelines.domain.ids import NOT_AN_ID, SLUG, PlaybookId
from inspect_pipelines.domain.page_setting import USUAL
from inspect_pipelines.domain.playbook import DESKTOP, Playbook, Variable, VariableType
from inspect_pipelines.domain.template import ONE_TIME, malformed, placeholders
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import UsageError


def to_playbook(
    document: PlaybookDocument, source: Source, findings: Findings, *, today: date, around: Around
) -> Playbook:
    """The playbook of a document; its faults are noted, and it is then good for checking others only."""
    spec = document.spec
    if not SLUG.match(document.metadata.id):
        findings.wrong(source, ("metadata", "id"), f"{shown(document.metadata.id)} {NOT_AN_ID}")
    check = _Check(source, findings)
    variables = tuple(
        to_variable(variable, number, source, findings) for number, variable in enumerate(spec.variables)
    )
    around_pages = spec.over(USUAL)
    viewports = tuple(
        to_viewport(viewport, number, around_pages, check.wrong)
        for number, viewport in enumerate(spec.viewports)
    )
    steps = to_steps(spec, around, source, findings)
    check.names([variable.name for variable in variables], "spec", "variables", "name")
    check.names([viewport.name for viewport in viewports], "spec", "viewports", "name")
    check.names([step.id for step in steps.steps], "spec", "steps", "id")
    check.base(spec.base_url)
    check.texts(variables)
    check_only(spec, steps.steps, source, findings)
    return Playbook(
        id=PlaybookId(document.metadata.id),
        name=document.metadata.name or document.metadata.id,
        steps=steps.steps,
        base_url=spec.base_url,
        description=document.metadata.description,
        variables=variables,
        viewports=viewports or (replace(DESKTOP, surroundings=around_pages),),
        page=to_page_rules(spec.page, spec.base_url, variables, source, findings),
        findings=to_finding_rules(spec.findings, source, findings, today=today),
        tags=tuple(document.metadata.tags),
        login=steps.login,
        login_rules=to_login_rules(spec.login),
        setup=steps.setup,
        teardown=steps.teardown,
        runner=spec.runner,
        evidence=spec.evidence.rules(),
        build=spec.build.source() if spec.build else None,
    )


class _Check:
    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings

    def wrong(self, message: str, *path: str | int) -> None:
        self.findings.wrong(self.source, path, message)

    def names(self, names: list[str], *path: str) -> None:
        """Each name once within its list."""
        *parents, key = path
        for number, name in enumerate(names):
            if (first := names.index(name)) < number:
                self.wrong(
                    f"{shown(name)} is the {key} of {path[-2]}[{first}] already", *parents, number, key
                )

    def base(self, written: str) -> None:
        if not written or "{{" in written:
            return
        try:
            normalised(VariableType.URL, written)
        except UsageError as error:
            self.wrong(str(error), "spec", "base_url")

    def texts(self, variables: tuple[Variable, ...]) -> None:
        """Every placeholder is a variable, and every variable is asked for somewhere."""
        known = {variable.name for variable in variables}
        secret = {variable.name for variable in variables if variable.secret}
        used: set[str] = set()
        for path, text in texts_of(self.source.value["spec"], ("spec",)):
            if path[:2] == ("spec", "variables"):
                continue
            if bad := malformed(text):
                self.wrong(f"{shown(bad)} is not a placeholder; write '{{{{name}}}}'", *path)
            for asked in placeholders(text):
                name = asked.removeprefix(ONE_TIME)
                used.add(name)
                if name not in known:
                    hint = did_you_mean(name, known) or "; declare it under spec.variables"
                    self.wrong(f"'{{{{{asked}}}}}' names no variable of this playbook{hint}", *path)
                elif asked != name and (why := why_no_code(name, secret, path)):
                    self.wrong(f"'{{{{{asked}}}}}' {why}", *path)
        for number, variable in enumerate(variables):
            if variable.name not in used:
                message = f"the variable {variable.name!r} is declared, but no text asks for '{{{{{variable.name}}}}}'"
                self.findings.warn(self.source, ("spec", "variables", number, "name"), message)
