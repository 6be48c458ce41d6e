"""The page of `diff` and `diff-dir`: one offline file, in the look of a run's report."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from markupsafe import Markup
from PIL import Image

from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.imaging.formats import decode_any
from inspect_pipelines.imaging.overlay import overlay
from inspect_pipelines.imaging.picture import size
from inspect_pipelines.imaging.side_by_side import side_by_side
from inspect_pipelines.ports.gallery import Stat
from inspect_pipelines.queries.report import Tone, ViewCard
from inspect_pipelines.usecases.pictures.diff import Difference
from resources.report.html import FULL_VIEWS, asset, content_hash, exhibit, templates
from resources.report.pictures import Pictures

LABELS = {"old": "Old", "new": "New"}
WORDS = {
    Outcome.CHANGED: ("Changed", Tone.BAD),
    Outcome.REMOVED: ("Removed", Tone.BAD),
    Outcome.ADDED: ("Added", Tone.BAD),
    Outcome.UNREADABLE: ("Unreadable", Tone.BAD),
    Outcome.UNCHANGED: ("Same", Tone.GOOD),
}  # in the order in which the page shows them
MOST_QUIET = 400  # small pictures of what passed; more would only make the file large


@dataclass(frozen=True, slots=True)
class Item:
    """One pair; a side that does not exist has no reader."""

    name: str
    difference: Difference
    old: Callable[[], bytes] | None = None
    new: Callable[[], bytes] | None = None


@dataclass
class _Files:
    """The pairs' files as a gallery: read, and drawn, when the page asks for them."""

    makers: dict[Sha256, Callable[[], bytes]] = field(default_factory=dict)

    def add(self, name: str, maker: Callable[[], bytes] | None) -> Sha256 | None:
        """A name to ask for it by."""
        if maker is None:
            return None
        self.makers[Sha256(name)] = maker
        return Sha256(name)

    def get(self, sha256: Sha256) -> bytes:
        return self.makers[sha256]()

    def stat(self, sha256: Sha256) -> Stat:
        png = self.get(sha256)
        return Stat(len(png), *size(png))

    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes:
        """The top of it, at most twice as high as wide."""
        image = Image.fromarray(decode_any(self.get(sha256)))
        image = image.crop((0, 0, image.width, min(image.height, 2 * image.width)))
        image.thumbnail((max_px, 2 * max_px))
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=80)
        return buffer.getvalue()


def page(title: str, items: Sequence[Item], notes: Sequence[str] = ()) -> str:
    """The page as text, what differs first.

    Args:
        title: What was compared.
        items: Every pair.
        notes: What was left out, one sentence each.
    """
    files = _Files()
    order = list(WORDS)
    ordered = sorted(items, key=lambda item: (order.index(item.difference.outcome), -item.difference.score))
    cards = [_card(item, index, files) for index, item in enumerate(ordered)]
    pictures = Pictures(files)
    attention = [card for card in cards if card.tone is not Tone.GOOD]
    quiet = [card for card in cards if card.tone is Tone.GOOD]
    style, script = asset("report.css"), asset("report.js")
    pieces = pictures.filled(
        templates()
        .get_template("diff.html.j2")
        .generate(
            title=title,
            labels=LABELS,
            tone=(Tone.BAD if attention else Tone.GOOD).value,
            word="Differs" if attention else "Same",
            headline=headline([item.difference for item in items]),
            attention=attention,
            exhibits=(exhibit(card, pictures, index) for index, card in enumerate(attention)),
            full_views=FULL_VIEWS,
            quiet=[(card, pictures.thumbnail(card.new)) for card in quiet[:MOST_QUIET]],
            quiet_count=len(quiet),
            counts=[(word, sum(card.word == word for card in cards)) for word, _ in WORDS.values()],
            notes=notes,
            style=Markup(style),  # noqa: S704 - our own file, shipped beside this one
            script=Markup(script),  # noqa: S704
            style_hash=content_hash(style),
            script_hash=content_hash(script),
        )
    )
    return b"".join(pieces).decode()


def headline(differences: Sequence[Difference]) -> str:
    """`3 of 40 pictures differ.`; one pair's sentence stands below it anyway."""
    if len(differences) == 1:
        outcome = differences[0].outcome
        if outcome is Outcome.UNREADABLE:
            return "A picture cannot be read."
        return "The pictures look the same." if differences[0].passed else "The pictures differ."
    failed = sum(not difference.passed for difference in differences)
    if failed:
        return f"{failed} of {len(differences)} pictures {'differs' if failed == 1 else 'differ'}."
    return f"All {len(differences)} pictures look the same."


def _card(item: Item, index: int, files: _Files) -> ViewCard:
    found = item.difference.measurement
    word, tone = WORDS[item.difference.outcome]
    shows = found is not None and not item.difference.passed
    return ViewCard(
        f"view-{index + 1}",
        View("", item.name, ""),
        word,
        tone,
        item.difference.sentence,
        files.add(f"old {item.name}", item.old and _as_png(item.old)),
        files.add(f"new {item.name}", item.new and _as_png(item.new)),
        files.add(f"overlay {item.name}", partial(_overlay, item) if shows else None),
        found.regions if found else (),
        not (found and found.layout_px),
        found.score if found else None,
        item.difference.tolerance,
        side_by_side=files.add(f"both {item.name}", partial(_side_by_side, item) if shows else None),
    )


def _as_png(read: Callable[[], bytes]) -> Callable[[], bytes]:
    """Whatever the file is, an upright 8-bit PNG of it, as every browser and our own decoder show it."""
    return lambda: encode(decode_any(read()))


def _overlay(item: Item) -> bytes:
    found, new = item.difference.measurement, item.new
    assert found is not None  # asked for only where it was measured
    assert new is not None
    return overlay(decode_any(new()), found.regions, found.bands)


def _side_by_side(item: Item) -> bytes:
    found, old, new = item.difference.measurement, item.old, item.new
    assert found is not None  # as above
    assert old is not None
    assert new is not None
    return side_by_side(
        decode_any(old()), decode_any(new()), found.regions, found.bands, (LABELS["old"], LABELS["new"])
    )
