"""Values of variables: which text each type accepts, wherever it comes from (a file, an event, the command line)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from inspect_pipelines.domain.host import bracketed, canonical_host, host_matches, host_of, place_of
from inspect_pipelines.domain.login import is_login
from inspect_pipelines.domain.playbook import Variable, VariableType
from inspect_pipelines.errors import UsageError

STRING_CHARACTERS = 200
TEXT_CHARACTERS = 500
URL_CHARACTERS = 2000  # what browsers and proxies agree on
PATH_LIST_ITEMS = 200
PATH_CHARACTERS = 500
SHOWN_CHARACTERS = 60  # of a refused value

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
SHA = re.compile(r"[0-9a-f]{7,64}")
INT = re.compile(r"[+-]?[0-9]{1,15}")
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:.]+")

# What a trigger's `{{placeholder}}` may name, with the type of its value.
EVENT_CONTEXT: dict[str, VariableType] = {
    "changed_paths": VariableType.PATH_LIST,
    "pr_author": VariableType.LOGIN,
    "pr_number": VariableType.INT,
    "pr_title": VariableType.TEXT,
    "pr_url": VariableType.URL,
    "head_sha": VariableType.SHA,
    "base_branch": VariableType.STRING,
    "head_branch": VariableType.STRING,
    "commit_sha": VariableType.SHA,
    "commit_url": VariableType.URL,
    "environment": VariableType.STRING,
    "deploy_url": VariableType.URL,
    "tag": VariableType.STRING,
    "repo": VariableType.STRING,
    "actor": VariableType.LOGIN,
    "event_time": VariableType.STRING,
    "pr_numbers": VariableType.PATH_LIST,  # of several events that became one run: one a line, the newest last
    "pr_authors": VariableType.PATH_LIST,
    "commit_shas": VariableType.PATH_LIST,
}

SECRET_REFERENCE = re.compile(r"^\$\{(?:env:(?P<env>[A-Za-z_][A-Za-z0-9_]*)|file:(?P<file>/[^}]+))\}$")


def accepted(variable: Variable, text: str, *, allowed_hosts: Iterable[str] = ()) -> str:
    """The value as a session gets it: checked by the variable's type, and written in the type's one way.

    Args:
        variable: What the playbook declares. A secret one is not for here: it holds a reference, never a value.
        text: The value, every placeholder filled.
        allowed_hosts: Where a `url` may point; see `host_allowed`.

    Raises:
        UsageError: It does not fit; the sentence says why and shows the start of the value.
    """
    value = normalised(variable.type, text, variable.choices)
    if variable.type is VariableType.URL and not host_allowed(value, allowed_hosts):
        raise UsageError(
            f"{_shown(text)} points to the host {host_of(value)!r}, which is not allowed; "
            "add it to allowed_hosts in organization.yaml"
        )
    return value


def cut(kind: VariableType, text: str) -> str:
    """The text as far as a variable of this type can hold it; of types that a part would change nothing is taken away."""
    if kind is VariableType.STRING:
        return CONTROL.sub(" ", text).strip()[:STRING_CHARACTERS]
    if kind is VariableType.TEXT:
        return text[:TEXT_CHARACTERS]
    if kind is VariableType.PATH_LIST:
        lines = [line for line in text.split("\n") if len(line.strip()) <= PATH_CHARACTERS]
        return "\n".join(lines[:PATH_LIST_ITEMS])
    return text


def normalised(kind: VariableType, text: str, choices: Sequence[str] = ()) -> str:
    """The one way to write a value of this type.

    Raises:
        UsageError: The text is not of that type.
    """
    if kind is VariableType.ENUM:
        return _choice(text, choices)
    return GRAMMARS[kind](text)


def host_allowed(url: str, hosts: Iterable[str]) -> bool:
    """Whether a checked URL points to one of these hosts.

    A host is a name or a glob (`*.acme.com`), on any port, or with a port on that one only (`localhost:8000`).
    """
    return host_matches(*place_of(url), hosts)


def _string(text: str) -> str:
    _refuse_control_characters(text, allowed="")
    return _within(text, STRING_CHARACTERS)


def _text(text: str) -> str:
    _refuse_control_characters(text, allowed="\n\t")
    return _within(text, TEXT_CHARACTERS)


def _url(text: str) -> str:
    _within(text, URL_CHARACTERS)
    _refuse_control_characters(text, allowed="")
    if " " in text or "\\" in text:
        raise UsageError(f"{_shown(text)} is not a URL: it holds a space or a backslash")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{_shown(text)} is not a URL: {str(error).lower()}") from error
    if parts.scheme not in ("http", "https"):
        raise UsageError(f"{_shown(text)} is not a URL: it must start with 'https://' or 'http://'")
    if "@" in parts.netloc:
        raise UsageError("a URL must not hold a user name or password; use a secret variable and `fill`")
    if not HOST.fullmatch(canonical_host(parts.hostname or "")):
        raise UsageError(f"{_shown(text)} is not a URL: {bracketed(parts)!r} is no host name")
    return text


def _int(text: str) -> str:
    if not INT.fullmatch(text.strip()):
        raise UsageError(f"{_shown(text)} is not a whole number of at most 15 digits")
    return str(int(text))


def _boolean(text: str) -> str:
    if text.strip().lower() not in ("true", "false"):
        raise UsageError(f"{_shown(text)} is neither 'true' nor 'false'")
    return text.strip().lower()


def _login(text: str) -> str:
    name = text.strip().removeprefix("@")
    if not is_login(name):
        raise UsageError(f"{_shown(text)} is not a login: letters, digits, hyphens and one '_', at most 39")
    return name


def _sha(text: str) -> str:
    value = text.strip().lower()
    if not SHA.fullmatch(value):
        raise UsageError(f"{_shown(text)} is not a commit: 7 to 64 hexadecimal digits")
    return value


def _path_list(text: str) -> str:
    paths = [path.strip() for path in text.split("\n") if path.strip()]
    if len(paths) > PATH_LIST_ITEMS:
        raise UsageError(f"a list of {len(paths)} paths is too long, at most {PATH_LIST_ITEMS}")
    for path in paths:
        _refuse_control_characters(path, allowed="")
        _within(path, PATH_CHARACTERS)
    return "\n".join(paths)


GRAMMARS: dict[VariableType, Callable[[str], str]] = {
    VariableType.STRING: _string,
    VariableType.TEXT: _text,
    VariableType.URL: _url,
    VariableType.INT: _int,
    VariableType.BOOLEAN: _boolean,
    VariableType.LOGIN: _login,
    VariableType.SHA: _sha,
    VariableType.PATH_LIST: _path_list,
}


def _choice(text: str, choices: Sequence[str]) -> str:
    if text not in choices:
        raise UsageError(f"{_shown(text)} is not one of {', '.join(repr(choice) for choice in choices)}")
    return text


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise UsageError(f"{_shown(text)} is too long: {len(text)} characters, at most {limit}")
    return text


def _refuse_control_characters(text: str, *, allowed: str) -> None:
    for character in text:
        if character not in allowed and (ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0):
            raise UsageError(f"{_shown(text)} holds the control character {character!r}")


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…")
