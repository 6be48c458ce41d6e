"""The warm parent: has Dagster and our definitions in memory, and forks a child for each run.

`python -m inspect_pipelines.engine.warm.parent --socket PATH`. One thread, no database, no browser, no gRPC channel: what
a fork inherits is memory and nothing else. SIGTERM: take nothing new, and end after the last child (a newer parent has
come, or `up` was killed). SIGINT: interrupt the children too. When the parent itself is killed its children go on; they
are known by their locks.
"""

from __future__ import annotations

import argparse
import gc
import os
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.instance import most_runs
from inspect_pipelines.engine.warm.children import Children, Work
from inspect_pipelines.engine.warm.wire import LONGEST_BYTES, Message, framed, unframed
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import MODULE
from resources.clock import SystemClock
from resources.workers import WorkerLocks

ROOM = 2  # times Dagster's own limit: it is for launches that bypass the queue
BACKLOG = 64
SECONDS_TO_ASK = 5.0  # a client that has not said what it wants by then is let go
PEER = struct.Struct("3i")  # pid, uid, gid: linux/socket.h, struct ucred


class Parent:
    """Answers on a unix socket, in one thread."""

    def __init__(self, listener: socket.socket, module: str, jobs: frozenset[str], clock: Clock) -> None:
        self.children: Children  # set by `main`, whose forks close what is ours
        self._listener, self._module, self._jobs, self._clock = listener, module, jobs, clock
        self._selector = selectors.DefaultSelector()
        self._clients: dict[socket.socket, tuple[float, bytes]] = {}  # (since, what has arrived)
        self._is_retiring = False
        self._is_stopping = False
        self._wake, wakes = socket.socketpair()
        for each in (self._wake, wakes):
            each.setblocking(False)
        self._wakes = wakes

    def serve(self) -> None:
        """Stay until a signal, then until the last child has ended."""
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._retire)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGCHLD, _nothing)  # it only wakes the selector
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)
        while not (self._is_retiring and self.children.are_gone):
            for key, _ in self._selector.select(self._patience()):
                self._take(key.fileobj)  # type: ignore[arg-type]  # only sockets are registered
            self._drop_silent_clients()
            if self._is_stopping:
                self._is_stopping = False
                self.children.terminate_all(self._clock.monotonic())
            self.children.tick(self._clock.monotonic())

    def close_all(self) -> None:
        """Close every descriptor of the parent's; called in each fork."""
        self._selector.close()
        for each in [self._listener, self._wake, self._wakes, *self._clients]:
            each.close()

    def _take(self, source: socket.socket) -> None:
        if source is self._wake:
            with suppress(BlockingIOError):
                while self._wake.recv(512):
                    pass
        elif source is self._listener:
            with suppress(OSError):  # it has hung up again
                client, _ = self._listener.accept()
                client.setblocking(False)
                self._clients[client] = (self._clock.monotonic(), b"")
                self._selector.register(client, selectors.EVENT_READ)
        else:
            self._hear(source)

    def _hear(self, client: socket.socket) -> None:
        since, before = self._clients[client]
        try:
            more = client.recv(LONGEST_BYTES)
            self._clients[client] = (since, before + more)
            question = unframed(before + more)
        except BlockingIOError:
            return
        except (OSError, ValueError) as error:
            self._let_go(client)
            sys.stderr.write(f"a question was not understood: {error}\n")
            return
        if question is not None:
            # The answer fits the socket's buffer; a client that is gone finds its run by its lock.
            with suppress(OSError):
                client.sendall(
                    framed(self._answer(question) if _is_ours(client) else _refusal("not your parent"))
                )
        if question is not None or not more:
            self._let_go(client)

    def _answer(self, question: Message) -> Message:
        now = self._clock.monotonic()
        run, job = str(question.get("run", "")), str(question.get("job", ""))
        try:
            match question.get("do"):
                case "launch" if self._is_retiring:
                    return _refusal("it takes nothing new")
                case "launch" if question.get("module") != self._module or job not in self._jobs:
                    return _refusal(f"it has no job {job!r} of {question.get('module')!r}")
                case "launch":
                    return {"ok": True, "pid": self.children.launch(run, job)}
                case "terminate":
                    was = self.children.terminate(run, now)
                    return {"ok": True, "was": was} if was else _refusal(f"it has no run {run!r}")
                case "health":
                    pid = self.children.running.get(run)
                    return {"ok": True, "pid": pid, "is_waiting": run in self.children.waiting}
                case "status":
                    return {
                        "ok": True,
                        "pid": os.getpid(),
                        "module": self._module,
                        "is_retiring": self._is_retiring,
                        "jobs": len(self._jobs),
                        "most": self.children.most,
                        "running": self.children.running,
                        "waiting": self.children.waiting,
                    }
                case other:
                    return _refusal(f"it does not know {other!r}")
        except InspectError as error:
            return _refusal(str(error))

    def _drop_silent_clients(self) -> None:
        now = self._clock.monotonic()
        for client in [c for c, (since, _) in self._clients.items() if now - since > SECONDS_TO_ASK]:
            self._let_go(client)

    def _let_go(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        del self._clients[client]
        client.close()

    def _patience(self) -> float | None:
        """Seconds that nothing needs to be looked at; None: until somebody asks or ends."""
        moments = [since + SECONDS_TO_ASK for since, _ in self._clients.values()]
        if kill_at := self.children.next_look():
            moments.append(kill_at)
        return max(0.0, min(moments) - self._clock.monotonic()) + 0.01 if moments else None

    def _retire(self, signal_number: int, frame: FrameType | None) -> None:
        self._is_retiring = True

    def _stop(self, signal_number: int, frame: FrameType | None) -> None:
        self._is_retiring = self._is_stopping = True


def main(argv: list[str] | None = None) -> None:
    """Load everything, listen, serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--module", default=MODULE)
    parser.add_argument("--most", type=int, default=ROOM * most_runs())
    arguments = parser.parse_args(argv)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))  # while it loads there is nothing to end
    home = Settings().absolute_home()
    gc.disable()  # what is loaded stays; to look through it again and again takes a tenth of the start
    from inspect_pipelines.engine.warm.child import Child

    child = Child(home, arguments.module)
    listener = _listen(arguments.socket)
    gc.collect()
    gc.freeze()  # what is loaded is shared with every child; a collection would copy its pages
    gc.enable()
    parent = Parent(listener, arguments.module, child.job_names, SystemClock())
    parent.children = Children(
        work=Work(child.execute, child.bury),
        workers=WorkerLocks(home / "run" / "workers"),
        most=max(1, arguments.most),
        born=parent.close_all,
    )
    try:
        parent.serve()
    finally:
        arguments.socket.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    """A listening socket that only this user can open."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _is_ours(client: socket.socket) -> bool:
    """Whether the same user asks: the socket's rights say so too, but its folder may lie on a shared disk."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    _, uid, _ = PEER.unpack(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
    return uid in (os.geteuid(), 0)


def _refusal(why: str) -> Message:
    return {"ok": False, "why": why}


def _nothing(signal_number: int, frame: FrameType | None) -> None:
    pass


if __name__ == "__main__":
    main()
