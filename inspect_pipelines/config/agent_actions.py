"""What an agent says that it did, in a playbook's words: only what a person may do in a page, only of the site, never a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from inspect_pipelines.config.action_document import ActionDocument
from inspect_pipelines.config.hazards import looks_secret
from inspect_pipelines.config.yaml_advice import SECRET_NAME
from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.playbook import Playbook, VariableType
from inspect_pipelines.domain.session import Value
from inspect_pipelines.domain.template import malformed, placeholders
from inspect_pipelines.domain.trace import WITHHELD
from inspect_pipelines.domain.variable import SECRET_REFERENCE

VERBS = (
    *("goto", "click", "dblclick", "hover", "check", "uncheck", "fill", "type", "select", "press", "scroll"),
    "wait_for",
)
TYPED = ("fill", "type")
ENGINES = re.compile(
    r"\s*(?:xpath=|//|\.\.|internal:|_react=|_vue=|text=/)|.*>>|\s*(?:html|body|:root|\*)\s*$", re.I | re.S
)
SELECTED = ("selector", "frame", "has", "within")
SHORTEST = 3  # characters of a value that is taken for a variable's


@dataclass(frozen=True, slots=True)
class Doing:
    """One action of an agent.

    Attributes:
        written: As a playbook writes it; None: it is a picture's place, or `why` says why it is none.
        action: What that means.
        shot: The name of a picture that it published here; empty: it is no picture.
        why: Why it cannot be played; holds nothing that may be a secret.
    """

    written: Mapping[str, Any] | None = None
    action: Action | None = None
    shot: str = ""
    why: str = ""


def doings(playbook: Playbook, values: Mapping[str, Value], actions: Sequence[str]) -> list[Doing]:
    """An agent's actions of one step, each understood or with the reason why not.

    Args:
        values: That the run had; where the agent wrote one of them, the playbook's placeholder is meant.
        actions: JSON texts, as `domain/trace.py` keeps them.
    """
    return [_doing(playbook, values, json.loads(text)) for text in actions]


def _doing(playbook: Playbook, values: Mapping[str, Value], told: Any) -> Doing:
    if told == WITHHELD:
        return Doing(why="held a secret's value, so nothing of it was kept")
    if not isinstance(told, dict) or len(told) != 1:
        return Doing(why="is not one verb")
    verb, what = next(iter(told.items()))
    if verb == "screenshot":
        name = what.get("name") if isinstance(what, dict) else what
        return Doing(shot=name) if isinstance(name, str) and name else Doing(why="names no picture")
    if verb not in VERBS:
        return Doing(why=f"{_plain(verb)} is nothing that an agent may write into a playbook; a person may")
    what = _named(values, what)
    if verb == "goto":
        what = what.get("url") if isinstance(what, dict) else what
        if not isinstance(what, str) or (what := _path(playbook, values, what)) is None:
            return Doing(why="goto leads away from the playbook's own site")
    if why := _hazard(playbook, verb, what):
        return Doing(why=f"{verb}: {why}")
    try:
        action = ActionDocument.model_validate({verb: what}).done()
    except ValidationError as error:
        return Doing(why=f"{verb}: {_plain(error.errors(include_input=False, include_url=False)[0]['msg'])}")
    return Doing({verb: what}, action)


def _hazard(playbook: Playbook, verb: str, what: Any) -> str:
    """Why it must not stand in a file; never the value itself."""
    known = {variable.name for variable in playbook.variables}
    secret = {variable.name for variable in playbook.variables if variable.secret}
    for key, text in _texts("" if verb in ("goto", "press") else "selector", what):
        if not text.isprintable():
            return "holds signs that nobody can read"
        if malformed(text) or any(name not in known for name in placeholders(text)):
            return "asks for a variable that the playbook does not have"
        if "${" in text or looks_secret(text):
            return "holds what looks like a secret (not shown)"
        if key in SELECTED and ENGINES.match(text):
            return "names its element by a path, a script or the whole page"
        if any(name in secret for name in placeholders(text)) and not (verb in TYPED and key == "value"):
            return "shows a secret to the page otherwise than by typing it"
    if verb in TYPED and isinstance(what, dict):
        value = what.get("value")
        field = " ".join(
            str(what.get(key, "")) for key in ("name", "label", "placeholder", "selector", "test_id")
        )
        if isinstance(value, str) and value and not placeholders(value) and SECRET_NAME.search(field):
            return "types into a field for secrets what is no variable (not shown); make it one with 'secret: true'"
    return ""


def _named(values: Mapping[str, Value], what: Any) -> Any:
    """Its values by the variables that they are of, and secrets by theirs."""
    if not isinstance(what, dict) or not isinstance(value := what.get("value"), str):
        return what
    for name, known in values.items():
        reference = SECRET_REFERENCE.match(known.text) if known.is_secret_reference else None
        called = (f"the secret {reference['env'] or name}", f"the secret {name}") if reference else ()
        is_value = not known.is_secret_reference and len(known.text) >= SHORTEST and value == known.text
        if is_value or value in called:
            return {**what, "value": f"{{{{{name}}}}}"}
    return what


def _path(playbook: Playbook, values: Mapping[str, Value], url: str) -> str | None:
    """An address as a path of the site; None: it is of another one, or a browser might read it as one."""
    for variable in playbook.variables:
        if variable.type is VariableType.URL and not variable.secret:
            mark, value = f"{{{{{variable.name}}}}}", values.get(variable.name)
            if url.startswith(mark) or (value is not None and value.text and url == value.text):
                return mark + url.removeprefix(mark) if url.startswith(mark) else mark
    if "\\" in url or not url.isprintable() or "{{" in url:
        return None
    if url.startswith("/") and not url.startswith("//"):
        return url
    base = playbook.base_url
    for name, value in values.items():
        base = base.replace(f"{{{{{name}}}}}", "" if value.is_secret_reference else value.text)
    try:
        ours, theirs = urlsplit(base), urlsplit(url)
    except ValueError:
        return None
    if not ours.netloc or (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        return None
    return url[url.index(theirs.netloc) + len(theirs.netloc) :] or "/"


def _texts(key: str, what: Any) -> list[tuple[str, str]]:
    if isinstance(what, str):
        return [(key, what)]
    if isinstance(what, dict):
        return [pair for name, inner in what.items() for pair in _texts(str(name), inner)]
    if isinstance(what, list):
        return [pair for inner in what for pair in _texts(key, inner)]
    return []


def _plain(text: Any) -> str:
    """For a comment of a file: one short line."""
    return "".join(sign if sign.isprintable() else " " for sign in str(text))[:120]
