"""What a worker does with its order: resolve the secrets, start the browser, play."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright

from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.domain.evidence import has_failed
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.session import SessionRequest, SessionStatus, Value
from inspect_pipelines.errors import InspectError, SessionCrashed, UsageError
from inspect_pipelines.ports.logins import Logins
from inspect_pipelines.stored.serial import load_json
from resources.clock import SystemClock
from resources.gallery.opening import evidence_at, gallery_at
from resources.live_frames import FolderLiveFrames
from resources.logins.folder import FolderLogins
from resources.objects.bucket import Bucket
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.hold import Hold
from resources.sessions.browser.order import Order
from resources.sessions.browser.player import Player
from resources.sessions.browser.recorder import Recorder
from resources.sessions.browser.stamp import environment
from resources.sessions.browser.translation import in_words
from resources.sessions.record import Record
from resources.sessions.redaction import Redactor
from resources.sessions.wire import BESIDE, End, Launching

# Playwright's own settings for a browser without a screen, whose flag this one replaces, and one more: a clip that is larger
# than the window is painted whole, so that no page has to be resized for its picture. Moving pictures (GIF, WebP) are played
# once and then stand; SMIL's clocks run for three seconds, and HOLD sets them.
BLINK = "imageAnimationPolicy=1,primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4,mainFrameClipsContent=false"
# Chromium's own wishes for pictures that are the same on every machine, and for a quiet network.
FLAGS = (
    f"--blink-settings={BLINK}",
    "--disable-gpu",
    "--disable-lcd-text",
    "--disable-partial-raster",
    "--disable-quic",
    "--disable-skia-runtime-opts",
    "--disable-sync",
    "--font-render-hinting=none",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # what no proxy sees, no gate can refuse
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
LAUNCH_SECONDS = 60.0
LAST = f"{End.__name__} "  # the beginning of an order's last line


def serve(
    order_text: bytes, playwright: Playwright, write: Callable[[str], None], halt: Halt, hold: Hold
) -> None:
    """Play an order in a browser of its own."""
    order = load_json(Order, order_text)
    is_over = False

    def say(line: str) -> None:
        nonlocal is_over
        if is_over:  # what the end of its browser brings about comes late, even while another order is played
            return
        is_over = line.startswith(LAST)
        write(line)

    show = None
    if order.live is not None:
        show = partial(FolderLiveFrames(order.live, SystemClock().now).put, RunId(order.request.run_id))
    browser = partial(
        launched, playwright, order.chromium, no_sandbox=order.no_sandbox, is_headed=order.headed
    )
    settings = Settings()
    key = settings.logins_key.get_secret_value() if settings.logins_key else None
    perform(
        order.request,
        order.gallery,
        say,
        browser,
        halt,
        show,
        hold if order.holds else None,
        logins=FolderLogins(order.logins, key),
        evidence=order.evidence,
        scratch=order.scratch,
    )


def perform(
    request: SessionRequest,
    gallery: Path | Bucket,
    write: Callable[[str], None],
    launch: Callable[[], Browser],
    halt: Halt,
    show: Callable[[bytes], None] | None = None,
    hold: Hold | None = None,
    *,
    logins: Logins,
    evidence: Path | None = None,
    scratch: Path = Path(),
) -> None:
    """Play a request; every way it ends is told, the last thing.

    Args:
        show: As the player's.
        hold: As the player's.
        evidence: The folder of traces, films and network logs, where the gallery is in no bucket; None: they are kept nowhere.
        scratch: For what of these still holds secrets.
    """
    clock = SystemClock()
    today = clock.now().date()
    record = Record(request.playbook, Redactor(()), write, today=today)
    try:
        requests = [request] if request.beside is None else [request, request.beside]
        resolved = [
            {name: _resolved(name, value) for name, value in each.values.items()} for each in requests
        ]
        values = resolved[0]
        secret_names = frozenset(
            name for name, value in request.values.items() if value.is_secret_reference and values[name]
        )
        redactor = Redactor(values[name] for name in secret_names)
        record = Record(request.playbook, redactor, write, today=today)
        others = [
            Record(each.playbook, redactor, lambda line: write(f"{BESIDE}{line}"), today=today)
            for each in requests[1:]
        ]
        files = evidence_at(gallery, evidence, clock) if evidence is not None else None
        recorder = Recorder(request.playbook.evidence, record, files, scratch)
        # What the other side leaves beside its pictures is not kept: it is measured by, not looked into.
        recorders = [recorder, *(Recorder(request.playbook.evidence, each, None, scratch) for each in others)]
        record.tell(Launching())
        browser = launch()
        viewports = request.playbook.viewports
        record.tell(environment(browser.version, viewports[0].scale if viewports else 1.0))
        player = Player(
            browser,
            request,
            values=resolved,
            secret_names=secret_names,
            records=[record, *others],
            gallery=gallery_at(gallery, clock),
            clock=clock,
            halt=halt,
            logins=logins,
            show=show,
            hold=hold,
            recorders=recorders,
        )
        try:
            end = player.play()
            is_whole = end.status is SessionStatus.COMPLETED and not halt.is_asked
            rules = request.playbook.findings
            recorder.keep(has_failed=has_failed(record.findings, rules.fail_on, is_whole=is_whole))
            record.close()
            record.tell(end)
        finally:
            player.close()
    except (InspectError, Error) as error:
        record.close()
        may_help = not isinstance(error, InspectError) or error.retry_may_help
        record.tell(End(SessionStatus.CRASHED, _sentence(error, record), retry_may_help=may_help))
    except Exception as error:  # noqa: BLE001 the top of a process: whatever it was must be told, it has no other voice
        traceback.print_exc()
        record.close()
        text = f"a defect of ours in the browser's worker: {type(error).__name__}: {error}"
        record.tell(End(SessionStatus.CRASHED, record.shortened(text)))


def _resolved(name: str, value: Value) -> str:
    if not value.is_secret_reference or not value.text:
        return value.text
    try:
        return resolve_secret(value.text)
    except UsageError as error:
        raise UsageError(f"variable {name!r}: {error}") from error


def launched(playwright: Playwright, chromium: Path, *, no_sandbox: bool, is_headed: bool = False) -> Browser:
    """A browser that is up, with the flags of every session.

    Raises:
        SessionCrashed: It does not start.
    """
    try:
        return playwright.chromium.launch(
            executable_path=chromium,
            args=list(FLAGS),
            chromium_sandbox=not no_sandbox,
            headless=not is_headed,
            timeout=LAUNCH_SECONDS * 1000,
        )
    except Error as error:
        first = error.message.strip().splitlines()[0]
        raise SessionCrashed(f"Chromium did not start: {first}; see: inspect-pipelines doctor") from error


def _sentence(error: InspectError | Error, record: Record) -> str:
    text = str(error)
    if isinstance(error, Error):
        # A page that closes its own window is told of by its step; what reaches this place lost all windows at once.
        is_gone = "has been closed" in error.message
        text = "the browser died" if is_gone else f"the browser failed: {in_words(error)}"
    where = f" in step {record.at.step_id!r} ({record.at.viewport})" if record.at.step_id else ""
    return record.shortened(f"{text}{where}")
