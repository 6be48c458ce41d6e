"""Hosts within one machine: each with a network, a name, processes and a disk of its own; gone as soon as this process is.

A host is an `init` in namespaces of its own. Whatever is started there dies with it, at once, as when its power fails; so do the
namespaces, and the cables, which are veth pairs from one to the other. The machine itself gets no interface, name or mount.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspect_pipelines.errors import SetupMissing

ADDRESS = "10.77.0.1"  # of the first host, as all of them call it
PROGRAMS = ("ip", "unshare", "nsenter", "setpriv", "taskset")
NOBODY = (
    "unshare",
    "--user",
    "--map-user=1000",
    "--map-group=1000",
)  # a name for the same user that is not root's
CLONE_NEWNET = 0x40000000  # sched.h
GONE_WITHIN_SECONDS = 120.0
# The first process adopts whatever loses its parent, so it has to look after the dead: a shell does, at each `sleep`.
INIT = """
set -e
mount --bind "$1/hosts/$2" "$1/h"
mount -t tmpfs none "$1/hosts"
hostname "$2"
ip link set lo up
echo ready
while :; do sleep 2; done
"""


@dataclass
class Host:
    """One of them, while it has power.

    Args:
        name: Its hostname.
        root: Where all hosts have their folders; a host itself sees `root/h`, and none of the others'.
        core: The only one that its processes may have; None: any.
    """

    name: str
    root: Path
    core: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    init: subprocess.Popen[bytes] | None = None
    pid: int = 0  # of its first process, as the machine counts

    @property
    def folder(self) -> Path:
        """Its disk, as the machine sees it."""
        return self.root / "hosts" / self.name

    @property
    def here(self) -> Path:
        """The same, as it sees it itself."""
        return self.root / "h"

    @property
    def is_on(self) -> bool:
        return self.init is not None and self.init.poll() is None

    def switch_on(self) -> None:
        """Start it, without a cable.

        Raises:
            RuntimeError: The machine does not let us.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        words = ["setpriv", "--pdeathsig", "KILL"]  # with us, however we end
        words += ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        words += ["sh", "-c", INIT, "init", str(self.root), self.name]
        self.init = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.init.stdout is not None
        assert self.init.stderr is not None
        if self.init.stdout.readline() != b"ready\n":
            raise RuntimeError(f"no host {self.name!r}: {self.init.stderr.read().decode().strip()}")
        children = Path(f"/proc/{self.init.pid}/task/{self.init.pid}/children").read_text().split()
        self.pid = int(children[0])

    def switch_off(self) -> None:
        """As when its power fails; its disk stays."""
        if self.init is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if self.init.poll() is None:
                os.kill(self.pid, signal.SIGKILL)
        self.init.wait(GONE_WITHIN_SECONDS)
        for pipe in (self.init.stdout, self.init.stderr):
            if pipe is not None:
                pipe.close()
        self.init = None

    def argv(self, *words: str | Path, is_root: bool = True) -> list[str]:
        """What the machine starts to have this started there."""
        assert self.is_on, f"host {self.name!r} is off"
        pinned = [] if self.core is None else ["taskset", "-c", str(self.core)]
        whose = [] if is_root else NOBODY
        entered = ["nsenter", f"--target={self.pid}", "--mount", "--uts", "--net", "--pid"]
        return [*entered, "env", "-C", str(self.here), *pinned, *whose, *map(str, words)]

    def start(
        self, log: str, *words: str | Path, is_root: bool = True, **more: str
    ) -> subprocess.Popen[bytes]:
        """Start a process there that stays; what it says is in `folder/log`."""
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                self.argv(*words, is_root=is_root),
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def call(self, *words: str | Path, is_root: bool = True) -> str:
        """What a process says there; it has to end well."""
        done = subprocess.run(
            self.argv(*words, is_root=is_root),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (
            self.name,
            words,
            done.returncode,
            done.stdout[-2000:],
            done.stderr[-2000:],
        )
        return done.stdout

    def processes(self, word: str) -> int:
        """How many of its living processes have this in their command line."""
        told = (
            self.call("sh", "-c", "cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' ' ' ; true")
            if self.is_on
            else ""
        )
        return told.count(word)

    def enter_network(self) -> None:
        """Let this process (it has to have one thread) talk as this host does, from now on."""
        libc: Any = ctypes.CDLL(None, use_errno=True)
        with Path(f"/proc/{self.pid}/ns/net").open("rb") as network:
            if libc.setns(network.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")


@dataclass
class Cluster:
    """The first host, whom all others see, and these, who do not see each other."""

    root: Path
    first: Host
    others: list[Host]

    def plug_in(self, host: Host) -> None:
        """Lay the cable from the first host to this one."""
        number = self.others.index(host) + 1
        end = f"to-{host.name}"
        entered = [
            "nsenter",
            f"--target={self.first.pid}",
            "--net",
        ]  # and nothing else: pids are the machine's
        _does(*entered, "ip", "link", "add", end, "type", "veth", "peer", "eth0", "netns", str(host.pid))
        for where, name, last in ((self.first, end, 1), (host, "eth0", 2)):
            where.call("ip", "address", "add", f"10.77.{number}.{last}/24", "dev", name)
            where.call("ip", "link", "set", name, "up")
        host.call("ip", "route", "add", ADDRESS, "via", f"10.77.{number}.1")

    def cut(self, host: Host) -> None:
        """Pull its cable: nothing comes or goes, and nobody is told."""
        self.first.call("ip", "link", "set", f"to-{host.name}", "down")

    def mend(self, host: Host) -> None:
        """Put it back."""
        self.first.call("ip", "link", "set", f"to-{host.name}", "up")

    def restart(self, host: Host) -> None:
        """Give power to one that was switched off."""
        host.switch_on()
        until(
            lambda: f"to-{host.name}" not in self.first.call("ip", "-brief", "link")
        )  # the cable ended with it
        self.plug_in(host)


@contextlib.contextmanager
def hosts(root: Path, first: str, others: Mapping[str, int | None]) -> Iterator[Cluster]:
    """All of them on and plugged in; at the end, nothing is left but their folders.

    Args:
        root: An empty folder that everybody may pass through.
        others: Name -> core.
    """
    (root / "h").mkdir()
    cluster = Cluster(root, Host(first, root), [Host(name, root, core) for name, core in others.items()])
    every = [cluster.first, *cluster.others]
    try:
        for host in every:
            host.switch_on()
        cluster.first.call("ip", "address", "add", f"{ADDRESS}/32", "dev", "lo")
        for host in cluster.others:
            cluster.plug_in(host)
        yield cluster
    finally:
        for host in reversed(every):
            host.switch_off()


def become_root(*argv: str) -> None:
    """Go on as root, who alone lays cables: of this machine, or of a user namespace of its own, in which this is started anew.

    Raises:
        SetupMissing: The machine has not what it takes, or lets this user have no namespaces.
    """
    if lacking := [name for name in PROGRAMS if shutil.which(name) is None]:
        raise SetupMissing(
            f"hosts within this machine need {', '.join(lacking)}, which are not installed; get them with: apt-get install iproute2 util-linux"
        )
    if os.geteuid() == 0:
        return
    rooted = ["unshare", "--user", "--map-root-user"]
    tried = subprocess.run(
        [*rooted, "--net", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
    )
    if tried.returncode != 0:
        why = tried.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise SetupMissing(
            f"hosts within this machine need root, or user namespaces, which it does not let you have ({why}); start it as root"
        )
    os.execvp(rooted[0], [*rooted, *argv])


def _does(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stderr)


def until(
    is_true: Callable[[], object],
    seconds: float = 600.0,
    what: Callable[[], str] = lambda: "it did not come true in time",
    every: float = 0.1,
) -> None:
    """Wait until it is.

    Args:
        what: What is told when it does not become true.
    """
    give_up_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up_at, what()
        time.sleep(every)
