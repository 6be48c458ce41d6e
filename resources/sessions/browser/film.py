"""A film of a viewport's playing: what its mirror shows, which no secret is seen in, with each step's name; at a fault, where it was."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from inspect_pipelines.domain.box import Box

WIDTH = 640  # px of the film, at most
BAR = 44  # px below a frame
LAST_SECONDS = 20.0  # before a fault; what led to it is not longer ago
MOST_FRAMES = 240
STILL_MS, FAULT_MS, LEAST_MS = 2000, 4000, 100  # how long one frame is shown
QUALITIES = (60, 30)
PAPER, INK, RED = (247, 246, 243), (32, 32, 32), (186, 26, 26)
LONGEST = 180  # characters of a message


@dataclass(frozen=True, slots=True)
class _Frame:
    at: float  # of the monotonic clock, s
    picture: bytes  # JPEG or PNG
    title: str
    message: str = ""  # a fault's
    box: Box | None = None  # of its target, px of the picture


class Film:
    """Frames as they come.

    Args:
        is_whole: Of all that is played; else of what led to the last fault, or of the last seconds.
    """

    def __init__(self, *, is_whole: bool) -> None:
        self._is_whole = is_whole
        self._frames: deque[_Frame] = deque(maxlen=None if is_whole else MOST_FRAMES)

    def add(self, picture: bytes, title: str, *, at: float) -> None:
        """What the window shows while a step is played."""
        self._frames.append(_Frame(at, picture, title))
        if len(self._frames) > 2 * MOST_FRAMES:  # of a long session every second one says as much
            self._frames = deque([*self._frames][::2])

    def fault(self, picture: bytes, title: str, message: str, box: Box | None, *, at: float) -> None:
        """What the window showed when a step could not go on, and where its target was."""
        if not self._is_whole:
            self._frames = deque(
                (each for each in self._frames if at - each.at <= LAST_SECONDS), maxlen=MOST_FRAMES
            )
        self._frames.append(_Frame(at, picture, title, message, box))

    def encoded(self, most_bytes: int) -> bytes | None:
        """An animated WebP of at most so many bytes; None: there is nothing to see."""
        frames = [*self._frames]
        if not frames:
            return None
        while True:
            for quality in QUALITIES:
                film = _encoded(frames, quality)
                if len(film) <= most_bytes or len(frames) == 1:
                    return film if len(film) <= most_bytes else None
            faults = [each for each in frames if each.message]
            frames = sorted({*frames[::2], *faults[-1:], frames[-1]}, key=lambda each: each.at)[
                -len(frames) + 1 :
            ]


def _encoded(frames: list[_Frame], quality: int) -> bytes:
    drawn = [_drawn(each) for each in frames]
    height = max(each.height for each in drawn)
    width = max(each.width for each in drawn)
    canvases = []
    for each in drawn:
        canvas = Image.new("RGB", (width, height), PAPER)
        canvas.paste(each, (0, 0))
        canvases.append(canvas)
    lasts = [
        FAULT_MS
        if one.message
        else min(max(round((after.at - one.at) * 1000), LEAST_MS), STILL_MS)
        if after
        else STILL_MS
        for one, after in zip(frames, [*frames[1:], None], strict=True)
    ]
    written = BytesIO()
    canvases[0].save(
        written,
        "WEBP",
        save_all=True,
        append_images=canvases[1:],
        duration=lasts,
        loop=1,
        quality=quality,
        method=1,
    )
    return written.getvalue()


def _drawn(frame: _Frame) -> Image.Image:
    image: Image.Image = Image.open(BytesIO(frame.picture)).convert("RGB")
    scale = min(1.0, WIDTH / image.width)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    picture = Image.new("RGB", (size[0], size[1] + BAR), PAPER)
    picture.paste(image.resize(size, Image.Resampling.BILINEAR), (0, 0))
    pen = ImageDraw.Draw(picture)
    if frame.box is not None:
        left, top = frame.box.x * scale, frame.box.y * scale
        right, bottom = left + frame.box.width * scale, top + frame.box.height * scale
        pen.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=RED, width=3)
    font = ImageFont.load_default(13)
    colour = RED if frame.message else INK
    pen.text((8, size[1] + 5), _fitting(frame.title, font, size[0] - 16), fill=colour, font=font)
    if frame.message:
        message = _fitting(frame.message[:LONGEST], font, size[0] - 16)
        pen.text((8, size[1] + 24), message, fill=INK, font=font)
    return picture


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """The text, cut with an ellipsis where it is wider; the font of ours has Latin letters only."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
