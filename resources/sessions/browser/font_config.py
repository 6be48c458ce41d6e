"""Fonts as fontconfig is told to find them, where the environment says so: a browser then sees these and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/etc/fonts")
REMARK = re.compile(rb"<!--.*?-->", re.DOTALL)
FOLDER = re.compile(rb"<dir\b([^>]*)>([^<]+)</dir>")
INCLUDED = re.compile(rb"<include\b([^>]*)>([^<]+)</include>")
FILE, PATH, SYSROOT = "FONTCONFIG_FILE", "FONTCONFIG_PATH", "FONTCONFIG_SYSROOT"


@dataclass(frozen=True, slots=True)
class FontConfig:
    """What a configuration and all that it includes say.

    Attributes:
        texts: Of its files, in the order in which they are read; they also say which font stands for which, and how it is drawn.
        folders: Where fonts are.
    """

    texts: tuple[bytes, ...]
    folders: tuple[Path, ...]


def font_config(variables: Mapping[str, str]) -> FontConfig | None:
    """What these variables of fontconfig lead to; None: none is set, or there is nothing to read."""
    if not variables:
        return None
    home = Path(variables.get(PATH, str(SYSTEM)))
    first = home / variables.get(FILE, "fonts.conf")  # an absolute one stands for itself
    root = Path(variables.get(SYSROOT, "/"))
    texts: list[bytes] = []
    folders: list[Path] = []
    seen: set[Path] = set()
    waiting = [_below(root, first)]
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        try:
            text = REMARK.sub(b"", path.read_bytes())
        except OSError:  # fontconfig passes over it, too
            continue
        texts.append(text)
        folders += [_below(root, one) for one in _places(FOLDER, text, path.parent, home)]
        for one in _places(INCLUDED, text, home, home):
            there = _below(root, one)
            waiting += sorted(there.glob("[0-9]*.conf")) if there.is_dir() else [there]
    return FontConfig(tuple(texts), tuple(dict.fromkeys(folders))) if texts else None


def _places(kind: re.Pattern[bytes], text: bytes, here: Path, home: Path) -> Iterator[Path]:
    for found in kind.finditer(text):
        attributes, name = found[1].decode("utf-8", "replace"), found[2].decode("utf-8", "replace").strip()
        if "xdg" in attributes:
            yield Path.home() / (".local/share" if kind is FOLDER else ".config") / name
        elif name.startswith("~"):
            yield Path(name).expanduser()
        else:
            yield (here if kind is FOLDER and "relative" in attributes else home) / name


def _below(root: Path, path: Path) -> Path:
    return path if root == Path("/") else root / path.relative_to(path.anchor)
