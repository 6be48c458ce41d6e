"""Pages in a real Chromium, photographed as the product does it, and what pictures say about each other."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page, Playwright

from benchmarks.visual.pixels import Box
from resources import chromium
from resources.sessions.browser.service import FLAGS

PAGES = Path(__file__).parent / "pages"
FULL_HEIGHT, LONG_HEIGHT = 8000, 20_000  # px; the full page, and the longest one it names

LCD_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><edit name="rgba" mode="assign"><const>{order}</const></edit>
<edit name="lcdfilter" mode="assign"><const>lcddefault</const></edit></match>
<match target="font"><edit name="rgba" mode="assign"><const>{order}</const></edit></match></fontconfig>
"""

# A graphics card's rasteriser without a card: Chromium brings one in software.
GPU_FLAGS = (
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--enable-gpu-rasterization",
)

Key = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class View:
    """What of a page is photographed; lengths in CSS px, `scroll` from 0.0 (top) to 1.0 (end)."""

    viewport: str
    width: int
    height: int
    scale: int = 1
    scroll: float = 0.0
    is_full: bool = False

    @property
    def slug(self) -> str:
        at = f"-at{round(self.scroll * 100)}" if self.scroll else ""
        return f"{self.viewport}{f'@{self.scale}x' if self.scale > 1 else ''}{at}"


class Studio:
    """Browsers by look: "product" is what runs use, the others draw letters or scrollbars in another way."""

    def __init__(self, playwright: Playwright, scratch: Path) -> None:
        self._playwright = playwright
        self._scratch = scratch
        self._browsers: dict[str, Browser] = {}
        self._pages: dict[Key, tuple[Page, CDPSession]] = {}
        self._shown: dict[Key, tuple[str, View]] = {}
        self.is_careful = False  # load pages anew instead of taking changes back, which costs twice the time

    def visit(self, name: str, view: View, look: str = "product") -> Sitting:
        """The page as it was written, without earlier changes, scrolled to where the view stands."""
        key = (look, view.width, view.height, view.scale)
        if key not in self._pages:
            page = self._browser(look).new_page(
                viewport={"width": view.width, "height": view.height},
                device_scale_factor=view.scale,
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id="UTC",
            )
            page.add_init_script(path=PAGES / "changes.js")
            devtools = page.context.new_cdp_session(page)
            # Without its own metrics this session's pictures come at scale 1, whatever the page's scale is.
            metrics = {
                "width": view.width,
                "height": view.height,
                "deviceScaleFactor": view.scale,
                "mobile": False,
            }
            devtools.send("Emulation.setDeviceMetricsOverride", metrics)
            self._pages[key] = page, devtools
        page, devtools = self._pages[key]
        # Scrolled back and forth, Chromium draws some dozens of pixels differently from a page just loaded.
        if self._shown.get(key) != (name, view) or self.is_careful or not page.evaluate("corpus.restore()"):
            page.goto((PAGES / f"{name}.html").as_uri())
            self._shown[key] = name, view
        return Sitting(page, devtools, name, view)

    def renew(self, look: str = "product", *, browser: bool = False) -> None:
        """Forget the look's pages, and its browser too if asked."""
        for key in [key for key in self._pages if key[0] == look]:
            self._shown.pop(key, None)
            self._pages.pop(key)[0].context.close()
        if browser and look in self._browsers:
            self._browsers.pop(look).close()

    def close(self) -> None:
        for browser in self._browsers.values():
            browser.close()

    def _browser(self, look: str) -> Browser:
        if look not in self._browsers:
            flags, dropped, variables = self._manner(look)
            self._browsers[look] = self._playwright.chromium.launch(
                executable_path=chromium.find(),
                args=flags,
                ignore_default_args=dropped,
                chromium_sandbox=os.geteuid() != 0,
                env={**os.environ, **variables},
            )
        return self._browsers[look]

    def _manner(self, look: str) -> tuple[list[str], list[str], dict[str, str]]:
        """Flags, default flags left out, and variables."""
        if look == "product":
            return list(FLAGS), [], {}
        if look == "scrollbars":
            return [flag for flag in FLAGS if "scrollbars" not in flag], ["--hide-scrollbars"], {}
        if look == "gpu":
            return [*(flag for flag in FLAGS if flag != "--disable-gpu"), *GPU_FLAGS], [], {}
        fonts = self._scratch / f"{look}.conf"
        fonts.write_text(LCD_FONTS.format(order=look.removeprefix("lcd-")), encoding="utf-8")
        kept = [flag for flag in FLAGS if flag != "--disable-lcd-text"]
        return [*kept, "--enable-lcd-text"], ["--disable-lcd-text"], {"FONTCONFIG_FILE": str(fonts)}


class Sitting:
    """One page while it is looked at; changes last until the next visit."""

    def __init__(self, page: Page, devtools: CDPSession, name: str, view: View) -> None:
        self.page = page
        self._devtools = devtools
        self._view = view
        self._limit = LONG_HEIGHT if name == "ledger" else FULL_HEIGHT
        self.area = self._settle()

    def _settle(self) -> tuple[float, float, float, float]:
        view = self._view
        tall = self.page.evaluate("corpus.height()")
        top = 0 if view.is_full else round(view.scroll * max(0, tall - view.height))
        self.page.evaluate("y => scrollTo(0, y)", top)
        area = (0, top, view.width, min(tall, self._limit) if view.is_full else view.height)
        self.page.evaluate("area => corpus.look(area)", area)
        return area

    def spoil(self) -> None:
        """Have the page loaded anew at the next visit."""
        self.page.evaluate("corpus.spoil()")

    def find(self, kind: str) -> list[dict[str, Any]]:
        return self.page.evaluate("kind => corpus.find(kind)", kind)

    def apply(self, kind: str, index: int, how: dict[str, Any]) -> list[float] | None:
        """Change it; returns where, in CSS px of the page, when that is not where it was found."""
        return self.page.evaluate(
            "([kind, index, how]) => corpus.apply(kind, index, how)", [kind, index, how]
        )

    def shoot(self, *, for_speed: bool = True) -> bytes:
        """PNG bytes; a full page with the height it has now."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        order: dict[str, Any] = {"format": "png", "optimizeForSpeed": for_speed}
        if self._view.is_full:
            tall = min(self.page.evaluate("corpus.height()"), self._limit)
            clip = {"x": 0, "y": 0, "width": self._view.width, "height": tall, "scale": 1}
            order |= {"captureBeyondViewport": True, "clip": clip}
        return base64.b64decode(self._devtools.send("Page.captureScreenshot", order)["data"])

    def place(self, box: Sequence[float]) -> Box:
        """A box of the page as px of the picture, clipped to it and rounded outwards."""
        x, y, width, height = box
        left, top, wide, tall = self.area
        scale = self._view.scale
        from_x, from_y = max(0, int((x - left) * scale)), max(0, int((y - top) * scale))
        to_x = min(int(wide * scale), -int(-(x - left + width) * scale // 1))
        to_y = min(int(tall * scale), -int(-(y - top + height) * scale // 1))
        return from_x, from_y, max(0, to_x - from_x), max(0, to_y - from_y)


@dataclass(frozen=True, slots=True)
class Base:
    """The old picture that most pairs of one view share."""

    page: str
    view: View
    png: bytes
    pixels: np.ndarray


@dataclass(frozen=True, slots=True)
class Made:
    """A new picture and what was done; `old` is given when it is not the view's base."""

    kind: str
    new: bytes
    note: str
    changed_px: int
    box: Box | None = None
    delta_e: float | None = None
    old: bytes | None = None
