"""Memory: what one comparison adds to a process at its peak, in decoded pairs; each measured in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.report import Goal
from benchmarks.visual import product
from benchmarks.visual.cases import Case
from benchmarks.visual.pixels import encoded
from benchmarks.visual.rates import table

MOST = 6.0  # decoded pairs, the pair itself included
MEASURED = ("full", "desktop")  # a phone's pair is smaller than what any process holds anyway
RESET_PEAK = "5"  # what /proc/PID/clear_refs calls it


def measure_memory(cases: Sequence[Case]) -> tuple[dict[str, float], list[Goal]]:
    """Print the peaks; figures and goals, of the worst page of each kind."""
    figures: dict[str, float] = {}
    rows = []
    for size in MEASURED:
        chosen = [
            case for case in cases if case.size == size and case.kind not in ("same_bytes", "row_hashes")
        ]
        for kind in dict.fromkeys(case.kind for case in chosen):
            of_kind = [case for case in chosen if case.kind == kind]
            times = max(_peak_bytes(case) / case.pair_bytes for case in of_kind)
            figures[f"{size}_{kind}_peak_ratio"] = times
            pair = of_kind[0].pair_bytes / 2**20
            rows.append((f"{size} {kind}", f"{pair:.1f}", f"{times * pair:.1f}", f"{times:.2f}x"))
    if not figures:
        return {}, []
    print("\nMemory that one comparison adds at its peak, the decoded pair and both files included")
    print(table(("case", "decoded pair MiB", "peak MiB", "peak / pair"), rows))
    figures["worst_peak_ratio"] = max(figures.values())
    return figures, [Goal("worst_peak_ratio", figures["worst_peak_ratio"], "<=", MOST)]


def _peak_bytes(case: Case) -> int:
    command = [sys.executable, "-m", "benchmarks.visual.memory", str(case.old), str(case.new)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _measure(old: Path, new: Path) -> int:
    """Bytes above what the process held before, which has compared two small pictures already."""
    rows = np.arange(64, dtype=np.uint8)[:, None, None]
    before_after = [np.broadcast_to(rows + step, (64, 64, 3)) for step in (0, 90)]
    with tempfile.TemporaryDirectory() as folder:  # loads what a first comparison loads
        small = [Path(folder) / name for name in ("old.png", "new.png")]
        for path, pixels in zip(small, before_after, strict=True):
            path.write_bytes(encoded(np.ascontiguousarray(pixels)))
        product.answer(*small)
    Path("/proc/self/clear_refs").write_text(RESET_PEAK, encoding="ascii")
    before = _status_bytes("VmRSS")
    product.answer(old, new)
    return _status_bytes("VmHWM") - before


def _status_bytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = [line for line in lines if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    pair = Path(sys.argv[1]), Path(sys.argv[2])
    print(_measure(*pair))
