"""Other comparisons behind one small protocol: two files in, the share of the picture that differs out."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import cv2
import numpy as np
import skimage
from skimage.metrics import structural_similarity

from benchmarks.visual.installing import NPM, PYPI, Installed
from inspect_pipelines.imaging.picture import decode

LOOKS_SAME = (
    "looks-same"  # tells equal (0.0) or not (1.0): how many pixels differ takes it ten seconds a page
)

Ratio = float | Literal["size"]  # 0.0 .. 1.0, or the sizes differ, which counts as seen


class Peer(Protocol):
    """One comparison at its default settings."""

    name: str
    version: str

    def compare(self, old: Path, new: Path) -> Ratio:
        """Its global difference."""


class PeerFailed(Exception):
    """A peer answered with an error of its own."""


class Process:
    """A long-lived process that answers one JSON line to each."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._lock = threading.Lock()
        assert self._line()["ready"]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request."""
        assert self._process.stdin
        with self._lock:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._line()
        if error := answer.get("error"):
            raise PeerFailed(error)
        return answer

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise PeerFailed(f"the process ended with {self._process.wait(30)}")
            if line.strip():
                return json.loads(line)


class Worker:
    """A peer in one of our two worker processes."""

    def __init__(self, name: str, version: str, process: Process, tool: str) -> None:
        self.name, self.version = name, version
        self._process = process
        self._tool = tool

    def compare(self, old: Path, new: Path) -> Ratio:
        return self._process.ask({"tool": self._tool, "old": str(old), "new": str(new)})["ratio"]

    def ping(self) -> None:
        """Go to the process and back, without work."""
        self._process.ask({"tool": "ping", "old": "", "new": ""})


class Bare:
    """A peer that is handed decoded pictures: the same answer in a quarter of the time, which nobody takes here."""

    def __init__(self, name: str, version: str, process: Process, tool: str, scratch: Path) -> None:
        self.name, self.version = name, version
        self._process = process
        self._tool = tool
        self._files = scratch / f"{tool}-old.rgba", scratch / f"{tool}-new.rgba"
        self._old: tuple[Path | None, tuple[int, ...]] = None, ()

    def compare(self, old: Path, new: Path) -> Ratio:
        if self._old[0] != old:  # many pairs share their old picture
            self._old = old, self._written(old, self._files[0])
        height, width, _ = shape = self._written(new, self._files[1])
        if self._old[1] != shape:
            return "size"
        request = {"tool": self._tool, "old": str(self._files[0]), "new": str(self._files[1])}
        return self._process.ask(request | {"width": width, "height": height})["ratio"]

    def _written(self, png: Path, target: Path) -> tuple[int, ...]:
        pixels = decode(png.read_bytes())
        target.write_bytes(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA).data)
        return pixels.shape


class Odiff:
    """odiff's own server; it writes a picture of every difference, and cannot be told not to."""

    name = "odiff server"
    version = NPM["odiff-bin"]

    def __init__(self, process: Process, picture: Path) -> None:
        self._process = process
        self._picture = picture

    def compare(self, old: Path, new: Path) -> Ratio:
        request = {
            "requestId": 1,
            "base": str(old),
            "compare": str(new),
            "output": str(self._picture),
            "options": {"failOnLayoutDiff": True},
        }
        answer = self._process.ask(request)
        if answer.get("reason") == "layout-diff":
            return "size"
        return 0.0 if answer["match"] else answer["diffPercentage"] / 100


class ScikitImage:
    """1 - structural_similarity in colour, in this process."""

    name = "scikit-image"
    version = skimage.__version__

    def compare(self, old: Path, new: Path) -> Ratio:
        before, after = decode(old.read_bytes()), decode(new.read_bytes())
        if before.shape != after.shape:
            return "size"
        return 1.0 - float(structural_similarity(before, after, channel_axis=-1, data_range=255))


class Changed:
    """What the RFC asks for: the share of pixels that differ at all."""

    name = "RFC 2 %"
    version = "1"

    def compare(self, old: Path, new: Path) -> Ratio:
        before, after = decode(old.read_bytes()), decode(new.read_bytes())
        if before.shape != after.shape:
            return "size"
        return float(np.count_nonzero((before != after).any(axis=-1)) / (before.size // 3))


@contextmanager
def opened(installed: Installed, scratch: Path, *, for_speed: bool) -> Iterator[list[Peer]]:
    """Every peer that is there, with its process running.

    Args:
        scratch: A folder for the pictures that odiff writes.
        for_speed: Let each pair of files be read and compared as a user would have it; else what is known is used again.
    """
    with ExitStack() as stack:
        peers: list[Peer] = []
        if installed.odiff:
            peers.append(Odiff(_started(stack, [str(installed.odiff), "--server"]), scratch / "odiff.png"))
        if installed.node:
            node = _started(stack, installed.node)
            for name, package, tool in (
                ("pixelmatch", "pixelmatch", "pixelmatch"),
                ("blazediff npm", "@blazediff/core", "blazediff"),
            ):
                timed = Worker(name, NPM[package], node, tool)
                peers.append(timed if for_speed else Bare(name, NPM[package], node, f"{tool}-bare", scratch))
            first = "" if for_speed else "-first"
            peers.append(Worker(LOOKS_SAME, NPM["looks-same"], node, f"looks-same{first}"))
        if installed.python:
            python = _started(stack, installed.python)
            peers.append(Worker("blazediff PyPI", PYPI["blazediff"], python, "blazediff"))
            if "pixelhog" in installed.pypi:
                peers.append(Worker("pixelhog", PYPI["pixelhog"], python, "pixelhog"))
        yield [*peers, ScikitImage(), Changed()]


def _started(stack: ExitStack, command: Sequence[str]) -> Process:
    process = Process(command)
    stack.callback(process.close)
    return process
