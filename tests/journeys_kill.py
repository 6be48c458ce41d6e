"""Executes ticks of a definition, each in a child, and kills it with SIGKILL at the n-th moment.

usage: python journeys_kill.py DEFINITION; for each line `DAY MOMENT` of standard input it prints how that child ended

Moments 1, 3, 5, .. lie right before the first, second, third, .. ledger write, 2, 4, 6, .. right after its commit; 0 is one
second into the browser's playing. When the run has fewer moments it ends in peace. Dagster is loaded once, for all of them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import dagster as dg

from assets import tags
from assets.job import job_of
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.wiring import house

YEAR = 2100  # ticks older than the last `apply` never fire


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KillingLedger:
    def __init__(self, ledger, moment: int) -> None:
        self._ledger, self._moment, self._writes = ledger, moment, 0

    def of_run(self) -> KillingLedger:
        self._ledger = self._ledger.of_run()
        return self

    @contextmanager
    def write(self) -> Iterator[object]:
        self._writes += 1
        if self._moment == 2 * self._writes - 1:
            die()
        with self._ledger.write() as session:
            yield session
        if self._moment == 2 * self._writes:
            die()

    def read(self):
        return self._ledger.read()


class KillingSessions:
    def __init__(self, sessions) -> None:
        self._sessions = sessions

    def play(self, request, **how):
        timer = threading.Timer(1.0, die)
        timer.daemon = True
        timer.start()
        return self._sessions.play(request, **how)

    def are_elsewhere(self, playbook):
        return self._sessions.are_elsewhere(playbook)

    def close(self):
        self._sessions.close()


def play(definition_id: DefinitionId, day: int, moment: int) -> None:
    ours = house(Settings())
    with ours.ledger.read() as ledger:
        definition = ledger.definitions.find(definition_id)
    ours = replace(ours, ledger=KillingLedger(ours.ledger, moment))
    if moment == 0:
        ours = replace(ours, sessions=KillingSessions(ours.sessions))
    with dg.DagsterInstance.ephemeral() as instance:
        job_of(definition, Naming(DEFAULT_ORG), ours).execute_in_process(
            instance=instance,
            tags={tags.ORIGIN: f"cron:{definition_id}:{YEAR}-01-{day:02d}T02:00Z"},
            raise_on_error=False,
        )


def main() -> None:
    for line in sys.stdin:
        day, moment = map(int, line.split())
        child = os.fork()
        if child == 0:
            code = 1
            try:
                play(DefinitionId(sys.argv[1]), day, moment)
                code = 0
            except Exception:  # noqa: BLE001 the child ends here; else nobody would learn why
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
