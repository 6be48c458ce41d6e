"""What `doctor` says of the broker and its workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.celery.broker import BROKEN, QUEUE, Broker, broker_url, make_app
from inspect_pipelines.engine.instance import launcher_of
from inspect_pipelines.errors import InspectError

ANSWER_SECONDS = 1.0  # all workers answer within it, or are not counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_ok: bool
    found: str
    how: str = ""  # to mend it


def survey(settings: Settings) -> Iterator[Finding]:
    """The broker answers and loses no orders by itself, and each queue has a worker."""
    try:
        launcher = launcher_of(settings.run_launcher)
        broker = Broker(broker_url(settings))
        info = broker.about()
    except InspectError as error:
        sentence, _, advice = str(error).partition("; ")
        yield Finding("broker", False, sentence, advice)
        return
    yield of_server(broker.shown, info)
    config = launcher.get("config")
    queues = config.get("queues", {}) if isinstance(config, dict) else {}
    wanted = list(dict.fromkeys([*queues.values(), *([] if "*" in queues else [QUEUE])]))
    app = make_app(settings)
    try:
        asked = app.control.inspect(timeout=ANSWER_SECONDS)
        taken, told = asked.active_queues() or {}, asked.stats() or {}
    except BROKEN as error:
        sentence, _, advice = str(broker.unavailable(error)).partition("; ")
        yield Finding("workers", False, sentence, advice)
        return
    finally:
        app.close()
    yield from of_queues(wanted, taken, told)


def of_server(shown: str, info: Mapping[str, Any]) -> Finding:
    """A server that has little memory and forgets what is old would forget orders; we would give them again, and again."""
    found = f"Redis {info.get('redis_version', '?')}, {shown}"
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory") and policy != "noeviction":
        how = "it forgets orders when its memory is full: CONFIG SET maxmemory-policy noeviction"
        return Finding("broker", False, f"{found}, maxmemory-policy {policy}", how)
    return Finding("broker", True, found)


def of_queues(
    wanted: Sequence[str],
    taken: Mapping[str, Sequence[Mapping[str, Any]]],
    told: Mapping[str, Mapping[str, Any]],
) -> Iterator[Finding]:
    """Who takes from each queue.

    Args:
        taken: Worker -> its queues, as Celery tells them.
        told: Worker -> what else it tells.
    """
    for queue in wanted:
        workers = [name for name, queues in taken.items() if any(one["name"] == queue for one in queues)]
        room = sum(int(told.get(name, {}).get("pool", {}).get("max-concurrency", 0)) for name in workers)
        count = f"{len(workers)} worker{'s' if len(workers) != 1 else ''}, {room} runs at once"
        named = "" if queue == QUEUE else f" --queue {queue}"
        yield Finding(
            f"queue {queue}",
            bool(workers),
            count if workers else "no worker takes its runs",
            f"start one, here or on another machine: inspect-pipelines worker{named}",
        )
