"""Steps of a playbook as they are written to the domain's, with the checks that a schema cannot make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from inspect_pipelines.config.action_document import ActionDocument
from inspect_pipelines.config.attachments import attachment
from inspect_pipelines.config.fragments import Fragments, Written, expanded
from inspect_pipelines.config.playbook_document import (
    AroundDocument,
    LoginDocument,
    PlaybookSpec,
    StepDocument,
)
from inspect_pipelines.config.playbook_login import login_problems
from inspect_pipelines.config.playbook_viewports import MAX_NAME
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.action import Action, AnswerDialog, Evaluate
from inspect_pipelines.domain.expectation import ExpectAria
from inspect_pipelines.domain.gesture import Attachment, Select, Upload
from inspect_pipelines.domain.ids import NOT_AN_ID, SLUG
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.template import placeholders
from inspect_pipelines.errors import UsageError

AROUND = ("login", "setup", "teardown")
NO_ACTIONS = (
    "has no actions, and prose alone is nothing that the browser can play; give it actions, or write 'manual: true' "
    "where a person does it"
)


@dataclass(frozen=True, slots=True)
class Steps:
    """Those of a playbook, with what stands around them."""

    steps: tuple[Step, ...]
    login: Step | None
    setup: Step | None
    teardown: Step | None


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the playbooks of a project.

    Attributes:
        root: The project's folder.
        fragments: What `use` may name.
        may_evaluate: Whether organization.yaml lets playbooks run scripts of their own.
    """

    root: Path
    fragments: Fragments = field(default_factory=dict)
    may_evaluate: bool = False


def to_steps(spec: PlaybookSpec, around: Around, source: Source, findings: Findings) -> Steps:
    """The steps; their faults are noted."""
    reader = _Reader(spec, around, source, findings)
    found = Steps(
        tuple(reader.step(step, number) for number, step in enumerate(spec.steps)),
        reader.login(spec.login) if spec.login else None,
        reader.around(spec.setup, "setup", "Set up") if spec.setup else None,
        reader.around(spec.teardown, "teardown", "Tear down") if spec.teardown else None,
    )
    reader.check_views()
    reader.check_addresses()
    return found


class _Reader:
    def __init__(self, spec: PlaybookSpec, around: Around, source: Source, findings: Findings) -> None:
        self._spec, self._around = spec, around
        self._source, self._findings = source, findings
        self._written: list[Written] = []

    def step(self, written: StepDocument, number: int) -> Step:
        here: YamlPath = ("spec", "steps", number)
        if not SLUG.match(written.id):
            self._wrong(f"{shown(written.id)} {NOT_AN_ID}", *here, "id")
        if written.id in AROUND and getattr(self._spec, written.id) is not None:
            self._wrong(
                f"{shown(written.id)} is what spec.{written.id} is called; call the step otherwise",
                *here,
                "id",
            )
        expectations = [criterion.expectation() for criterion in written.success_criteria]
        checks = any(expectations)
        if written.manual and (written.actions or checks):
            self._wrong(
                f"step {written.id!r} is manual, so nothing of it is played; take 'manual' out, or its actions and expectations",
                *here,
                "manual",
            )
        elif not written.manual and not written.actions and not checks:
            self._wrong(f"step {written.id!r} {NO_ACTIONS}", *here)
        if written.condition and written.when is None:
            self._findings.warn(
                self._source,
                (*here, "condition"),
                "is prose, so the browser plays the step always; say it in 'when' too, for example {visible: '#coupon'}",
            )
        self._check_variable(written, here)
        return Step(
            written.id,
            written.name or written.id,
            self._actions(written.actions, (*here, "actions")),
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
            written.when.when() if written.when else None,
            written.condition,
            written.optional,
            written.retries,
            written.manual,
        )

    def login(self, written: LoginDocument) -> Step:
        here: YamlPath = ("spec", "login")
        actions = self._actions(written.actions, (*here, "actions"))
        valid_when = self._actions(written.valid_when, (*here, "valid_when"))
        self._refuse_pictures(here)
        for message, key in login_problems(written, valid_when, [step.id for step in self._spec.steps]):
            self._wrong(message, *here, key)
        return Step("login", "Log in", actions, valid_when, timeout_seconds=written.timeout)

    def around(self, written: AroundDocument, section: str, name: str) -> Step:
        here: YamlPath = ("spec", section)
        if not written.actions and not written.instruction:
            self._wrong("says nothing; give it actions, or take it out", *here)
        actions = self._actions(written.actions, (*here, "actions"))
        self._refuse_pictures(here)
        return Step(
            section,
            name,
            actions,
            instruction=written.instruction,
            timeout_seconds=written.timeout,
            manual=not written.actions,
        )

    def check_views(self) -> None:
        """Views are what pictures are compared by: each name once, and plain."""
        seen: dict[str, YamlPath] = {}
        for written in self._written:
            if written.document.screenshot is None:
                continue
            name = written.document.screenshot.name
            path = next(
                path
                for path in (
                    (*written.path, "screenshot", "name"),
                    (*written.path, "screenshot"),
                    written.path,
                )
                if path in self._source.values_at
            )
            if not 0 < len(name) <= MAX_NAME or any(mark in name for mark in ("/", "@", "{{")):
                message = f"the view name {shown(name)} must have 1 to {MAX_NAME} characters, without '/', '@' and '{{{{'"
                self._wrong(message, *path)
            if name in seen:
                line, _ = self._source.place(seen[name])
                self._wrong(f"the view name {shown(name)} is taken by the screenshot on line {line}", *path)
            seen.setdefault(name, path)

    def check_addresses(self) -> None:
        """Each address is one that a browser opens, and a relative one has a base."""
        for path, url in self._addresses():
            if url.startswith("{{"):
                continue
            if urlsplit(url).scheme not in ("", "http", "https"):
                self._wrong(
                    f"{shown(url)} is neither a path nor an address that starts with 'https://'", *path
                )
            elif not urlsplit(url).scheme and not self._spec.base_url:
                self._wrong(
                    f"{shown(url)} is relative, but the playbook has no base_url; add one under spec", *path
                )

    def _addresses(self) -> Iterator[tuple[YamlPath, str]]:
        for written in self._written:
            if written.document.goto is not None:
                yield (*written.path, "goto"), written.document.goto.url
            if written.document.request is not None:
                yield (*written.path, "request"), written.document.request.url

    def _actions(self, written: Sequence[ActionDocument], path: YamlPath) -> tuple[Action, ...]:
        found = expanded(written, path, self._around.fragments, self._source, self._findings)
        self._written += found
        return tuple(self._action(one) for one in found)

    def _action(self, written: Written) -> Action:
        action = written.document.done()
        if isinstance(action, Upload):
            return replace(action, files=tuple(self._attached(one.name, written) for one in action.files))
        if isinstance(action, Evaluate) and not self._around.may_evaluate:
            self._wrong(
                "runs a script of yours in the page, which organization.yaml has to allow: playbooks: {evaluate: true}",
                *written.path,
                "evaluate",
            )
        if isinstance(action, Evaluate) and (names := placeholders(action.script)):
            self._wrong(
                f"holds the placeholder '{{{{{names[0]}}}}}'; a script that is a function is given the variables, but for secret "
                f"ones: (all) => all.{names[0]}",
                *written.path,
                "evaluate",
            )
        secret = {variable.name for variable in self._spec.variables if variable.secret}
        for verb, text in _untyped(action):
            if name := next((name for name in placeholders(text) if name in secret), None):
                message = f"holds the secret {name!r}, which a page must not be told; it is typed by 'fill' and 'type' only"
                self._wrong(message, *written.path, verb)
        return action

    def _attached(self, name: str, written: Written) -> Attachment:
        try:
            return attachment(self._around.root, name)
        except UsageError as error:
            self._wrong(str(error), *written.path, "upload")
            return Attachment(name, "", "")

    def _refuse_pictures(self, here: YamlPath) -> None:
        for one in self._written:
            if one.path[: len(here)] == here and one.document.screenshot is not None:
                self._wrong(f"no picture is taken in the {here[-1]}; take it in a step", *one.path)

    def _check_variable(self, written: StepDocument, here: YamlPath) -> None:
        known = [variable.name for variable in self._spec.variables]
        if written.when is None or written.when.var is None or (name := written.when.var.name) in known:
            return
        hint = did_you_mean(name, known) or "; declare it under spec.variables"
        self._wrong(f"{shown(name)} is no variable of this playbook{hint}", *here, "when", "var")

    def _wrong(self, message: str, *path: str | int) -> None:
        self._findings.wrong(self._source, path, message)


def _untyped(action: Action) -> Iterator[tuple[str, str]]:
    """The texts of an action that a page is told without their being typed into a field."""
    match action:
        case Evaluate():
            yield "evaluate", action.script
        case AnswerDialog():
            yield "dialog", f"{action.text or ''} {action.value or ''}"
        case ExpectAria():
            yield "expect_aria", action.snapshot
        case Select():
            yield "select", " ".join(action.options)
        case _:
            pass
