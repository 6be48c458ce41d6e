"""A home with a source, and the web process that receives its webhooks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.source import Source
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.engine.addresses import free_port
from inspect_pipelines.ports.house import House
from inspect_pipelines.stored.compiled import compile_definitions
from inspect_pipelines.wiring import house as build
from resources.publication import FilePublication

HOST = "127.0.0.1"
FIRST_PORT = 8920
SOURCE = Source(SourceId("github-acme"), SourceKind.GITHUB, ("${env:BENCH_WEBHOOK_SECRET}",))
SECRET = "the secret of the benchmark"
PATIENCE_SECONDS = 60.0


@dataclass
class Receiver:
    """The process, and what it keeps."""

    house: House
    port: int
    process: subprocess.Popen[bytes] | None = None
    kills: int = field(default=0)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/webhooks/github/{SOURCE.id}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("INSPECT_")},
            "INSPECT_HOME": self.house.home,
            "BENCH_WEBHOOK_SECRET": SECRET,
            "PYTHONPATH": str(Path.cwd()),
        }
        argv = [sys.executable, "-m", "inspect_pipelines.cli.serve", "--port", str(self.port)]
        with (Path(self.house.home) / "web.log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, env=environment)
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self.process.poll() is None, (Path(self.house.home) / "web.log").read_text()[-2000:]
            assert time.monotonic() < give_up_at, "the web process does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL, now."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()
            self.process.wait()

    def events(self) -> Counter[str]:
        """How many events each delivery id has."""
        with self.house.ledger.read() as ledger:
            found = ledger.events.latest(limit=10**7)
        return Counter(event.source_delivery_id for event in found)

    def events_once_quiet(self, expected: int) -> int:
        """How many events there are once nothing waits any more."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while self.house.inbox.waiting(1) and time.monotonic() < give_up_at:
            time.sleep(0.1)
        return min(expected, self.events().total())

    def cost(self) -> tuple[float, float]:
        """(CPU seconds, private megabytes) of the process until now."""
        assert self.process is not None
        process = psutil.Process(self.process.pid)
        times = process.cpu_times()
        return times.user + times.system, process.memory_full_info().uss / 1e6

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://{HOST}:{self.port}/openapi.json", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextlib.contextmanager
def a_receiver(folder: Path, triggers: Sequence[Trigger] = ()) -> Iterator[Receiver]:
    """A receiver that answers, for these triggers; it is gone at the end."""
    house = build(Settings(home=folder))
    with house.ledger.write() as ledger:
        ledger.organizations.save(Organization(DEFAULT_ORG, sources=(SOURCE,)), at=house.clock.now())
        for trigger in triggers:
            ledger.definitions.save(trigger, by="benchmark", at=house.clock.now())
    naming = Naming(DEFAULT_ORG, is_first=True)  # the web process serves organisations that are published
    FilePublication(folder).publish(compile_definitions(naming, triggers, at=house.clock.now()))
    receiver = Receiver(house, free_port(FIRST_PORT, host=HOST))
    try:
        receiver.start()
        yield receiver
    finally:
        receiver.stop()
        house.ledgers.close()
        house.inbox.close()
