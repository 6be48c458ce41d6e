"""Remarks: what had to be mended in the history, kept for whoever looks after the installation."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from resources.disk.atomic import write_atomically
from resources.history.places import Places

MOST = 20  # the newest; each names what it did, so that older ones can be found in the log

log = logging.getLogger(__name__)


def add(places: Places, sentence: str, *, at: datetime) -> None:
    """Keep it, and write it into the log; call this before the deed, which a crash may interrupt and another repeats."""
    log.warning("run history: %s", sentence)
    kept = [one for one in _all(places) if one[1] != sentence]
    text = json.dumps([*kept, (at.isoformat(), sentence)][-MOST:], ensure_ascii=False, indent=1)
    write_atomically(places.remarks, text, mode=0o644)


def since(places: Places, at: datetime) -> list[str]:
    """Sentences, oldest first."""
    return [sentence for when, sentence in _all(places) if datetime.fromisoformat(when) >= at]


def _all(places: Places) -> list[tuple[str, str]]:
    try:
        return [(when, sentence) for when, sentence in json.loads(places.remarks.read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return []
