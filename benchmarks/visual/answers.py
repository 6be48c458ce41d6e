"""Peers' answers, kept between runs: the same release says the same of the same bytes, and all of them take an hour."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from benchmarks.visual.manifest import Pair
from benchmarks.visual.peers import Ratio


class Answers:
    """A file of JSON lines, one an answer, so that a run that was stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, Ratio] = {}
        self._names: dict[Path, str] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                key, ratio = json.loads(line)
                self._known[key] = ratio

    def known(self, tool: str, pair: Pair) -> bool:
        return self._key(tool, pair) in self._known

    def get(self, tool: str, pair: Pair, ask: Callable[[], Ratio]) -> Ratio:
        """What the tool said, or says now.

        Args:
            tool: Name and version.
        """
        key = self._key(tool, pair)
        if key not in self._known:
            ratio = ask()
            with self._lock:
                self._known[key] = ratio
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([key, ratio]) + "\n")
        return self._known[key]

    def _key(self, tool: str, pair: Pair) -> str:
        return f"{tool} {self._name(pair.old)} {self._name(pair.new)}"

    def _name(self, path: Path) -> str:
        if path not in self._names:
            self._names[path] = sha256(path.read_bytes()).hexdigest()
        return self._names[path]
