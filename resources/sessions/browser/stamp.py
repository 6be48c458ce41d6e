"""The environment stamp: what a picture depends on besides the site."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path

from inspect_pipelines.config.settings import font_variables
from inspect_pipelines.domain.screenshot import Environment
from resources.sessions.browser.font_config import font_config

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
)
FONT_FILES = frozenset((".ttf", ".otf", ".ttc", ".otc", ".pfb", ".pcf", ".gz", ".woff", ".woff2", ".dfont"))


def environment(browser_version: str, scale: float) -> Environment:
    """The stamp of pictures taken here.

    Args:
        browser_version: Digits only, as the running browser says.
        scale: Device pixels per CSS px.
    """
    return Environment(f"Chromium {browser_version}", operating_system(), fonts_hash(), scale)


@cache
def operating_system() -> str:
    """`Debian GNU/Linux 12 x86_64`: name and release without the point releases that change no pixel."""
    machine = platform.machine()
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()} {platform.release().split('.')[0]} {machine}"
    name = " ".join(part for part in (release.get("NAME"), release.get("VERSION_ID")) if part)
    return f"{name} {machine}"


@cache
def fonts_hash() -> str:
    """As it was when a picture of this process was stamped first."""
    return hash_fonts()


def hash_fonts() -> str:
    """The first 16 digits of a sha256 over all font files' names and sizes, sorted; and over fontconfig's files, if the
    environment names some.
    """
    fonts = sorted(f"{path.name} {path.stat().st_size}" for path in font_files())
    digest = hashlib.sha256("\n".join(fonts).encode())
    if config := font_config(font_variables()):
        for text in config.texts:
            digest.update(text)
    return digest.hexdigest()[:16]


def font_files() -> list[Path]:
    """The fonts that a browser finds here: where the environment says, else where systems usually keep them."""
    if config := font_config(font_variables()):
        folders = config.folders
    else:
        folders = (*FONT_FOLDERS, Path.home() / ".fonts", Path.home() / ".local" / "share" / "fonts")
    return [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in FONT_FILES and path.is_file()
    ]
