"""Parts: somebody's SQL over one organisation's rows, each in a process of its own that is killed when it takes too long.

A home of one organisation is asked where it was published: nothing is copied. Where several are published together, the
rows of the one that asks are copied out once a publication, and not again before that has paid: see DECISIONS.md.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import Unavailable, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.history import Answered, Column
from resources.history.lake import Lake
from resources.history.places import Places

START_SECONDS = 5.0  # for the process to begin and to write its answer, on a machine that has other work too
GATHERING_SECONDS = 20.0  # that somebody waits for the rows of their organisation
REST = 20  # copying that took n seconds is followed by none for 20 n: it stays under 5 % of the time
WITHOUT_MEMORY = (
    "MemoryError",
    "bad_alloc",
    "Out of Memory",
    "out of memory",
)  # what Python, C++ and DuckDB end with
ENVIRONMENT = {  # no secret of ours is in that process at all
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",  # glibc's eight, of 64 MB of addresses each, took a third to all of what it may
}

log = logging.getLogger(__name__)


@dataclass
class Part:
    """An organisation's file, as far as this process made it."""

    turn: Lock = field(default_factory=Lock)
    files: Sequence[int] = ()  # what it was made of; empty: it was not made yet
    as_of: str = ""
    rests_until: float = 0.0  # on the clock's steady counter
    maker: subprocess.Popen[str] | None = None
    began: tuple[Sequence[int], str, float] = ((), "", 0.0)  # what the maker makes


class Parts:
    """Those of a home.

    Args:
        places: Where they lie.
        clock: For how long copying may rest.
        whole: What they are parts of.
        state: What tells it from what it was or will be.
    """

    def __init__(
        self, places: Places, clock: Clock, whole: Path | Lake, state: Callable[[], Sequence[int]]
    ) -> None:
        self._places, self._clock = places, clock
        self._whole, self._state = whole, state
        self._parts: dict[OrgId, Part] = {}
        self._lock = Lock()

    def answer(self, org_id: OrgId, sql: str, published_at: str) -> Answered:
        """As `ports.History.answer`, of what was published last."""
        with self._lock:
            is_known_as_shared = org_id in self._parts
        if isinstance(self._whole, Path) and not is_known_as_shared:
            said = self._asked(self._whole, org_id, sql)
            if "is_shared" not in said:
                return _answered(said, published_at)
        with self._lock:
            part = self._parts.setdefault(org_id, Part())
        path = self._places.part(org_id)
        self._gather(part, path, org_id, published_at)
        said = self._asked(path, org_id, sql)
        if "is_shared" in said or "damaged" in said:
            part.files = ()
            raise Unavailable("the history of your organisation has to be gathered anew; ask again")
        return _answered(said, part.as_of)

    def _gather(self, part: Part, path: Path, org_id: OrgId, published_at: str) -> None:
        """Have the rows of the organisation in its file, or those of a while ago where copying them again has not paid yet."""
        if not part.turn.acquire(timeout=GATHERING_SECONDS):
            raise _still_gathering()
        try:
            now = self._state()
            is_resting = self._clock.monotonic() < part.rests_until
            if part.maker is None and path.exists() and part.files and (now == part.files or is_resting):
                return
            if part.maker is None:
                part.began = (now, published_at, self._clock.monotonic())
                part.maker = self._making(path, org_id)
            self._finish(part)
        finally:
            part.turn.release()

    def _making(self, path: Path, org_id: OrgId) -> subprocess.Popen[str]:
        path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in path.parent.glob(f"{path.name}.*.new*"):
            leftover.unlink(missing_ok=True)
        is_lake = isinstance(self._whole, Lake)
        told = {"lake": asdict(self._whole)} if isinstance(self._whole, Lake) else {"file": str(self._whole)}
        maker = subprocess.Popen(
            [sys.executable, "-I", "-m", "resources.history.part"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # libpq looks for a lake's password where we would; nobody's SQL runs in that process
            env=None if is_lake else ENVIRONMENT,
        )
        assert maker.stdin is not None
        with suppress(BrokenPipeError):  # it is told by how it ends
            json.dump({**told, "target": str(path), "org_id": org_id}, maker.stdin)
            maker.stdin.close()
        maker.stdin = None  # `communicate` would flush it
        return maker

    def _finish(self, part: Part) -> None:
        assert part.maker is not None
        try:
            _, words = part.maker.communicate(timeout=GATHERING_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise _still_gathering() from error  # it goes on; the next one who asks waits for the same
        status, part.maker = part.maker.returncode, None
        if status != 0:
            raise Unavailable(
                f"the history of your organisation cannot be gathered: {words.strip().rpartition(chr(10))[2]}; "
                "ask again, and if that does not help, whoever runs this server"
            )
        files, as_of, began = part.began
        ended = self._clock.monotonic()
        part.files, part.as_of, part.rests_until = files, as_of, ended + REST * (ended - began)

    def _asked(self, path: Path, org_id: OrgId, sql: str) -> dict[str, Any]:
        """What the process says; one that broke down is followed by another, since reading twice harms nobody."""
        from resources.history.answering import LIMITS, TOO_LARGE  # imports DuckDB
        from resources.history.query import too_slow

        asked = json.dumps({"path": str(path), "org_id": org_id, "sql": sql})
        for _ in range(2):
            try:
                status, said, words = _process(asked, LIMITS.seconds + START_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise UsageError(too_slow(LIMITS)) from error
            if status == 0:
                found: dict[str, Any] = json.loads(said)
                return found
            if status == -signal.SIGKILL or any(one in words for one in WITHOUT_MEMORY):
                raise UsageError(TOO_LARGE.format(advice=LIMITS.advice.for_more))
            log.error("the process that answers SQL of %s ended with %d: %s", org_id, status, words[-2000:])
        raise Unavailable(
            f"the query could not be answered: the process for it broke down twice, with {status}; "
            "ask for something else, and if that does not help, whoever runs this server sees more in its log"
        )


def _process(asked: str, seconds: float) -> tuple[int, str, str]:
    """How it ended, what it said, and what it said of itself."""
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "resources.history.answering"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=ENVIRONMENT,
    ) as child:
        try:
            said, words = child.communicate(asked, timeout=seconds)
        finally:
            child.kill()
    return child.returncode, said, words


def _answered(said: dict[str, Any], as_of: str) -> Answered:
    if "refused" in said:
        raise UsageError(said["refused"])
    if "damaged" in said:
        raise Unavailable(
            "the published run history cannot be read now; whoever runs this server sees why in its log"
        )
    columns = tuple(Column(**one) for one in said["columns"])
    return Answered(columns, tuple(tuple(row) for row in said["rows"]), datetime.fromisoformat(as_of))


def _still_gathering() -> Unavailable:
    return Unavailable(
        "the history of your organisation is being gathered, which takes a while; ask again in a minute"
    )
