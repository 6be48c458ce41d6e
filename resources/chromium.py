"""The machine's Chromium: where it is, which one it is, and how a machine without one gets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import InspectError, SetupMissing

if TYPE_CHECKING:  # Playwright takes 0.2 s to import, and most who ask need no browser
    from playwright.sync_api import FloatRect, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO_GET_IT = "get one with: apt-get install chromium, or: playwright install chromium; or name yours in INSPECT_CHROMIUM"
INSTALL_SECONDS = 900
PICTURES, REST_MS = 4, 500  # tries at the first picture, and the time between them
PIXEL: FloatRect = {"x": 0, "y": 0, "width": 1, "height": 1}
# Fonts too: a bare machine draws every letter as an empty box.
PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-color-emoji")
# Debian's Chromium recommends printers and sound; with them came 117 packages, and 15 of the machine's own were replaced.
FRUGAL = ("--no-install-recommends", "--no-upgrade")


def find(configured: Path | None = None) -> Path:
    """The browser to start: the configured one, else the first on PATH, else Playwright's own.

    Raises:
        SetupMissing: There is none, or the configured one cannot be started.
    """
    if configured is not None:
        if not os.access(configured, os.X_OK) or configured.is_dir():
            raise SetupMissing(
                f"INSPECT_CHROMIUM names {str(configured)!r}, which is no program; {HOW_TO_GET_IT}"
            )
        return configured.absolute()
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    for path_of_playwright in _installed_by_playwright():
        return path_of_playwright
    raise SetupMissing(f"no Chromium was found on PATH nor among Playwright's browsers; {HOW_TO_GET_IT}")


def version(browser: Path) -> str:
    """What it prints of itself, `Chromium 156.0.8078.79`.

    Raises:
        SetupMissing: It does not start.
    """
    try:
        done = subprocess.run([browser, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupMissing(f"{str(browser)!r} does not start: {error}; {HOW_TO_GET_IT}") from error
    words = done.stdout.split()
    if done.returncode or not words:
        raise SetupMissing(f"{str(browser)!r} does not start (exit {done.returncode}); {HOW_TO_GET_IT}")
    numbers = [at for at, word in enumerate(words) if word[0].isdigit()]
    return " ".join(words[: numbers[0] + 1]) if numbers else done.stdout.strip()


def try_out(browser: Path, *, no_sandbox: bool | None = None) -> int:
    """Start it and take a picture of one pixel; returns how many ms that took.

    Raises:
        SetupMissing: It, or Playwright's driver, does not start.
    """
    from playwright.sync_api import Error, sync_playwright

    started_at = time.monotonic()
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(
                executable_path=browser,
                chromium_sandbox=not (os.geteuid() == 0 if no_sandbox is None else no_sandbox),
                timeout=60_000,
            )
            png = first_picture(running.new_page())
            running.close()
    except (Error, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise SetupMissing(f"{str(browser)!r} takes no picture: {reason}; {HOW_TO_GET_IT}") from error
    if not png.startswith(b"\x89PNG"):
        raise SetupMissing(f"{str(browser)!r} takes pictures that are no PNG; {HOW_TO_GET_IT}")
    return round((time.monotonic() - started_at) * 1000)


def first_picture(page: Page) -> bytes:
    """One pixel; a machine that is busy may have drawn nothing yet ("Unable to capture screenshot")."""
    from playwright.sync_api import Error

    for _ in range(PICTURES - 1):
        try:
            return page.screenshot(clip=PIXEL)
        except Error:
            page.wait_for_timeout(REST_MS)
    return page.screenshot(clip=PIXEL)


def ensure(
    configured: Path | None = None,
    *,
    say: Callable[[str], None],
    run: Callable[[list[str]], bool] | None = None,
) -> Path:
    """The browser, installed first if there is none: by Playwright, else by apt-get.

    Args:
        say: Told what will be installed, one line a way.
        run: Runs a command and tells whether it worked; the default keeps what it prints in a log.

    Raises:
        SetupMissing: Neither way worked.
    """
    log = (Path(sys.prefix) if os.access(sys.prefix, os.W_OK) else Path.home()) / "chromium.log"
    run = run or partial(_succeeds, log=log)
    try:
        return find(configured)
    except SetupMissing:
        if configured is not None:
            raise
    for what, command in _ways():
        if what:
            say(f"no Chromium yet; installing {what} (log: {log})")
        if run(command):
            try:
                return find()
            except SetupMissing:
                continue
    raise SetupMissing(f"Chromium could not be installed, {log} says why; {HOW_TO_GET_IT}")


def _ways() -> Iterator[tuple[str, list[str]]]:
    """What a way installs, empty when that was said before, and its command."""
    yield "Playwright's build of it", [sys.executable, "-m", "playwright", "install", "chromium"]
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        install = [*as_root, "apt-get", "install", "-y", *FRUGAL, *PACKAGES]
        named = f"{', '.join(PACKAGES)} with apt-get"
        planned = _planned()
        yield f"{named}: {planned}" if planned else f"{named}, without what they recommend", install
        yield "", [*as_root, "apt-get", "update"]
        yield "", install


def _planned() -> str:
    """How many packages apt-get would bring and replace; empty when it cannot tell, as before its first update."""
    command = ["apt-get", "--simulate", "install", *FRUGAL, *PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    planned = [line for line in done.stdout.splitlines() if line.startswith("Inst ")]
    replaced = sum("[" in line.partition("(")[0] for line in planned)
    return f"{len(planned) - replaced} packages new, {replaced} replaced" if planned else ""


def _succeeds(command: list[str], *, log: Path) -> bool:
    try:
        with log.open("ab") as noise:
            noise.write(f"$ {' '.join(command)}\n".encode())
            noise.flush()
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=noise, stderr=noise, timeout=INSTALL_SECONDS
            )
            return done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _installed_by_playwright() -> Iterator[Path]:
    """Playwright's browsers, newest first; where it keeps them on Linux and macOS."""
    folders = (Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright")
    programs = (
        "chrome-linux*/chrome",
        "chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
        "chrome-mac*/*.app/Contents/MacOS/*",
    )
    for folder in folders:
        builds = sorted(folder.glob("chromium-*"), key=lambda build: build.name.rpartition("-")[2].zfill(9))
        for build in reversed(builds):
            for program in programs:
                yield from (path for path in build.glob(program) if os.access(path, os.X_OK))


def main(arguments: list[str]) -> int:
    """`python -m resources.chromium [--ensure]`: print the browser's path; with --ensure install one if need be."""
    configured = Settings().chromium
    try:
        if "--ensure" in arguments:
            ensure(configured, say=partial(click.echo, err=True))
        else:
            click.echo(find(configured))
    except InspectError as error:
        click.echo(error, err=True)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
