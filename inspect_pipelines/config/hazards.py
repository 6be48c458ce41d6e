"""What works and is seldom meant: masks that hide the page, waiting for time, secrets in a text. Warned of, never refused."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from inspect_pipelines.config import yaml_advice as advice
from inspect_pipelines.config.problem import Findings
from inspect_pipelines.config.yaml_source import Source, YamlPath

GREEDY = re.compile(
    r"(?:(?:html|body|main|:root|div|section|article|\*|#root|#app|#__next|#main|#content|\.container)"
    r"(?:\s*>\s*|\s+|$))+",
    re.IGNORECASE,
)
HIDING = ("mask", "hide")
ATTRIBUTE = re.compile(r"(?:data|aria)-[\w-]+|[\w-]+[~|^$*]?=.+")
SPAN = re.compile(r"\d+(?:\.\d+)?\s*(?:ms|s|sec|seconds?|m)?")
SLEEP = re.compile(
    r"setTimeout|\b(?:sleep|wait|pause)\w*\s*(?:\(|for\s+)?\s*\d+(?:\.\d+)?\s*(?:ms|milli\w*|s|sec\w*|min\w*)?\b",
    re.IGNORECASE,
)
SCRIPTS = ("evaluate", "instruction")

REFERENCE = re.compile(r"\$\{(?:env|file):[^}]*\}|\{\{[^}]*\}\}")
KNOWN_FORMS = {
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a Slack webhook": re.compile(r"hooks\.slack\.com/(?:services|workflows)/\w+/\w+"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a Stripe key": re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}"),
    "a Google API key": re.compile(r"\bAIza[A-Za-z0-9_-]{30,}"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{16,}"),
    "a token of ours": re.compile(r"\binsp_[a-z]+_[A-Za-z0-9]{20,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@", re.IGNORECASE),
    "credentials of a request": re.compile(r"\b(?:Bearer|Basic)\s+[A-Za-z0-9+/._~-]{8,}=*"),
}
ASSIGNED = re.compile(
    r"\b(?:password|passwd|passphrase|pwd|secret|(?:access|auth|api)[_-]?(?:token|key)|token)\b\s*[:=]\s*[\"']?(?P<value>[^\s\"',;&]{4,})",
    re.IGNORECASE,
)
DENSE = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
MOST_LOOKED_AT = 2_000  # characters of a text: a file of one text must not keep whoever validates it busy
LEAST_BITS = 4.0  # of entropy a character; words have 3, 40 hexadecimal digits at most 4
NAMES = ("name", "label", "placeholder", "selector", "test_id", "text")  # by which a field is found
VALUES = ("value", "default")
FOR_PEOPLE = ("description", "instruction", "reason")


def warn_of_hazards(source: Source, findings: Findings) -> None:
    """Note them, each at its place."""
    for path, value, beside in _leaves(source.value, (), {}):
        for warning in (_hidden(source, path, value), _slept(path, value), _secret(path, value, beside)):
            if warning:
                findings.warn(source, path, warning)


def _leaves(
    value: Any, path: YamlPath, beside: dict[str, Any]
) -> Iterator[tuple[YamlPath, Any, dict[str, Any]]]:
    """Every text and number with its place and the mapping that it stands in."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), value)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number), beside)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield path, value, beside


def _hidden(source: Source, path: YamlPath, value: Any) -> str:
    keys = [part for part in path[-3:] if isinstance(part, str)]
    verb = next((key for key in keys if key in HIDING), None)
    if verb is None or not isinstance(value, str) or keys[-1] not in (*HIDING, "selector"):
        return ""
    if any(GREEDY.fullmatch(part.strip()) for part in value[:MOST_LOOKED_AT].split(",")):
        return f"{value!r} is nearly all of a page, so no change of it is ever seen; {verb} only what differs each time"
    return _attribute(source, path, value)


def _attribute(source: Source, path: YamlPath, value: str) -> str:
    """`[data-test]`, which YAML reads as a list."""
    number, column = source.place(path)
    line = source.lines[number - 1] if 0 < number <= len(source.lines) else ""
    before, after = line[: column - 1].rstrip(), line[column - 1 + len(value) :].lstrip()
    is_plain_in_list = (
        line[column - 1 :].startswith(value) and before.endswith(("[", ",")) and after[:1] in ("]", ",")
    )
    if not is_plain_in_list or not ATTRIBUTE.fullmatch(value):
        return ""
    is_alone = before.endswith("[") and after.startswith("]")
    mended = (
        f'{before[:-1]}"[{value}]"{after[1:]}'
        if is_alone
        else f'{line[: column - 1]}"[{value}]"{line[column - 1 + len(value) :]}'
    )
    return (
        f"'[..]' is a list here, so {value!r} is an element of that name, not an attribute; "
        f"write: {mended.strip()}"
    )


def _slept(path: YamlPath, value: Any) -> str:
    keys = [part for part in path if isinstance(part, str)]
    is_wait = keys[-1:] == ["wait_for"] or keys[-2:] == ["wait_for", "selector"]
    if is_wait and SPAN.fullmatch(str(value).strip()):
        return (
            f"{str(value)!r} is a time, and there is no element of that name: wait for what has to be there"
        )
    if keys and keys[-1] in SCRIPTS and isinstance(value, str) and SLEEP.search(value[:MOST_LOOKED_AT]):
        return "waits for time, which is too short on a bad day and lost on a good one; wait_for what has to be there"
    return ""


def _secret(path: YamlPath, value: Any, beside: dict[str, Any]) -> str:
    """What looks like a secret; never the value itself."""
    text = REFERENCE.sub("", str(value)[:MOST_LOOKED_AT])
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if not text.strip() or beside.get("secret") is True:
        return ""
    for what, form in KNOWN_FORMS.items():
        if form.search(text):
            return _found(f"holds what looks like {what}")
    if "variables" in path[-2:] and advice.SECRET_NAME.search(key):
        return _found(f"{key!r} has its value written here")
    if key in VALUES and any(advice.SECRET_NAME.search(str(beside.get(name, ""))) for name in NAMES):
        return _found("a password or a token is written here")
    if isinstance(value, str) and key not in FOR_PEOPLE and _is_assigned(text):
        return _found("holds what looks like a password or a token")
    if isinstance(value, str) and any(map(_is_dense, DENSE.findall(text))):
        return _found("holds what looks like a key: many letters and digits without a word")
    return ""


def looks_secret(text: str) -> bool:
    """Whether a text by itself looks like a token or a key, whatever it is called."""
    text = REFERENCE.sub("", text[:MOST_LOOKED_AT])
    return any(form.search(text) for form in KNOWN_FORMS.values()) or any(map(_is_dense, DENSE.findall(text)))


def _found(what: str) -> str:
    return (
        f"{what} (not shown); files are read by many: "
        "make it a variable with 'secret: true' and '${env:NAME}'"
    )


def _is_assigned(text: str) -> bool:
    """`token=a1b2`; `Your password: reset it` is a sentence of a page."""
    return any(any(map(str.isdigit, found["value"])) for found in ASSIGNED.finditer(text))


def _is_dense(text: str) -> bool:
    """Whether a run of characters is too varied for words, paths and hashes."""
    kinds: tuple[Callable[[str], bool], ...] = (str.isdigit, str.isupper, str.islower)
    if not all(any(map(kind, text)) for kind in kinds) or max(map(text.count, "/+-_")) > 3:
        return False
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
    return bits > LEAST_BITS
