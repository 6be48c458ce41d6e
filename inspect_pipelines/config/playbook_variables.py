"""Variables of a playbook as they are written, and the values that they are given."""

from __future__ import annotations

import re
from typing import Any

from inspect_pipelines.config.playbook_document import VariableDocument
from inspect_pipelines.config.problem import Findings
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.type_advice import another_number
from inspect_pipelines.config.yaml_source import Source
from inspect_pipelines.domain.playbook import Variable, VariableType
from inspect_pipelines.domain.template import placeholders
from inspect_pipelines.domain.variable import SECRET_REFERENCE, normalised
from inspect_pipelines.errors import UsageError

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
SECRET_FORM = (
    "a secret is written as '${env:NAME}' or '${file:/path}', never as its value (which is not shown here)"  # noqa: S105
)


def to_variable(written: VariableDocument, number: int, source: Source, findings: Findings) -> Variable:
    """The variable; what is wrong with it is noted."""
    here = ("spec", "variables", number)

    def wrong(message: str, *path: str | int) -> None:
        findings.wrong(source, path, message)

    kind = VariableType(written.type)
    if not VARIABLE_NAME.fullmatch(written.name):
        wrong(f"{shown(written.name)} is not a variable's name: letters, digits and '_'", *here, "name")
    if (kind is VariableType.ENUM) != bool(written.choices):
        wrong("'choices' belong to the type 'enum', and it needs them", *here)
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
        wrong("a required variable has no default; keep one of the two", *here, "default")
    if isinstance(written.default, str) and "{{" in written.default and not written.secret:
        wrong(f"{shown(written.default)}: a default holds no placeholder", *here, "default")
        return variable
    if problem := another_number(source, (*here, "default"), written.default, kind):
        wrong(problem, *here, "default")
    try:
        default = checked_value(variable, written.default)
    except UsageError as error:
        wrong(str(error), *here, "default")
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
