"""What is wrong with a document, and where: one sentence with file, line, column and path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from inspect_pipelines.config.yaml_source import Source, YamlPath


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Sorts by file, line and column."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}  {self.path}  {self.message}" if self.path else f"{place}  {self.message}"


@dataclass(slots=True)
class Findings:
    """Problems and warnings of all documents, as they are found."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def wrong(self, source: Source, path: YamlPath, message: str, *, at_key: bool = False) -> None:
        """Note a problem; with `at_key` it stands at the key, not at its value."""
        self.problems.append(_problem(source, path, message, at_key))

    def warn(self, source: Source, path: YamlPath, message: str) -> None:
        """Note something that works, but may not be what was meant."""
        self.warnings.append(_problem(source, path, message, at_key=False))

    def warn_once(self, source: Source, path: YamlPath, message: str) -> None:
        """Note it, unless the same was said of another place already."""
        if not any(warning.message == message for warning in self.warnings):
            self.warn(source, path, message)


def written(path: YamlPath) -> str:
    """A path as people write it: `schedules[0].cron`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing when no known word is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.65)
    return f" (did you mean {by_lower[near[0]]!r}?)" if near else ""


def _problem(source: Source, path: YamlPath, message: str, at_key: bool) -> Problem:
    line, column = source.place(path, at_key=at_key)
    return Problem(source.file, line, column, written(path), message)
