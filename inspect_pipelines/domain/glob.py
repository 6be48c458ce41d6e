"""Globs as GitHub Actions and gitignore have them, in time that grows with the text only, whoever wrote it.

`*` and `?` stay within one part between slashes, `**` spans any number of parts, `[ab]` is one of these characters; a
leading dot is a character like any other. Of a list, the last glob that matches decides, and `!` takes out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

MOST_CHARACTERS = 500  # of a glob


def fault(glob: str) -> str | None:
    """What is wrong with a glob, as the end of a sentence about it; None: nothing."""
    bare = glob.removeprefix("!")
    if not bare.strip("/ "):
        return "is empty"
    if len(glob) > MOST_CHARACTERS:
        return f"is longer than {MOST_CHARACTERS} characters"
    if "[" in bare and "]" not in bare[bare.rindex("[") + 1 :]:
        return "has an unclosed '['"
    return None


def included(globs: Sequence[str], text: str, *, ignore_case: bool = False) -> bool:
    """Whether the last glob that matches is one without `!`; no glob at all includes nothing."""
    if ignore_case:
        text = text.casefold()
        globs = [glob.casefold() for glob in globs]
    return next((not glob.startswith("!") for glob in reversed(globs) if matches(glob, text)), False)


def any_included(globs: Sequence[str], texts: Iterable[str]) -> str | None:
    """The first text that the globs include."""
    return next((text for text in texts if included(globs, text)), None)


def matches(glob: str, text: str) -> bool:
    """Whether one glob matches the whole text; a leading `!` is not looked at."""
    return _walk(_parts(glob.removeprefix("!")), text.split("/"))


def literal(text: str) -> str:
    """A glob for texts that may hold brackets (`dependabot[bot]`): only `*` and `?` keep their meaning."""
    return text.replace("[", "[[]")


def _parts(glob: str) -> list[str]:
    """The glob's parts between slashes; `**` in one of its own."""
    bare = glob.lstrip("/")
    if bare.endswith("/"):
        bare += "**"  # a folder, as gitignore has it
    parts: list[str] = []
    for part in bare.split("/"):
        if part.startswith("**") and part.strip("*"):
            parts += ["**", f"*{part.lstrip('*')}"]  # `**.js`, at any depth
        elif part.startswith("**"):
            if parts[-1:] != ["**"]:
                parts.append("**")
        else:
            parts.append(part)
    if parts[-1] == "**" and len(parts) > 1:
        parts.append("*")  # what is in a folder, not the folder
    return parts


def _walk(parts: Sequence[str], names: Sequence[str]) -> bool:
    """Greedy: only the last `**` is ever widened, which is enough, so that no text makes this slow."""
    at = here = 0
    star, resumed = -1, 0
    while here < len(names):
        if at < len(parts) and parts[at] == "**":
            star, resumed = at, here
            at += 1
        elif at < len(parts) and fnmatchcase(names[here], parts[at]):
            at += 1
            here += 1
        elif star >= 0:
            resumed += 1
            at, here = star + 1, resumed
        else:
            return False
    return all(part == "**" for part in parts[at:])
