"""Fuzz the picture readers and `diff` with broken files (make fuzz-visual BENCH_ARGS="--count 200000 --from 1").

Each number is one file (`visual.mutants`). A child process reads them, so that a crash inside of a decoder is found
and told with its number; a file that takes too long, or too much memory, is told as well. What must hold of each:
a reader gives bytes of the size that the header says, or raises Unreadable; `diff` never passes what it cannot read.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.visual.good_files import hasty, whole
from benchmarks.visual.mutants import mutant
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.formats import decode_any
from inspect_pipelines.imaging.header import PNG_SIGNATURE, jpeg_size, png_header, webp_size
from inspect_pipelines.imaging.measurement import measure
from inspect_pipelines.imaging.pair import see_pair
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.usecases.pictures.diff import Rules, diff

SLOW_SECONDS = 20.0
MEMORY_BYTES = 1_500_000_000  # of the child; 80 megapixels with transparency, decoded and laid over white
DIE_AT = "FUZZ_VISUAL_DIE_AT"
CRASHES = 20  # give up after so many


@dataclass
class Report:
    """What came of the files."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)  # rules that did not hold, with the number
    peak_mb: float = 0.0
    slowest_s: float = 0.0
    slowest: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--truncations", action="store_true", help="cut every good file at every byte instead"
    )
    given = parser.parse_args()
    if given.child:
        read_them(range(given.start, given.start + given.count))
        return 0
    began = time.perf_counter()
    report = cut_everywhere(1) if given.truncations else hunt(given.start, given.count)
    seconds = time.perf_counter() - began
    print(f"{report.files} files in {seconds:.0f} s: {dict(report.outcomes)}")
    print(f"peak {report.peak_mb:.0f} MB; slowest {report.slowest_s:.2f} s: {report.slowest}")
    for line in report.broken:
        print(f"BROKEN {line}")
    return 1 if report.broken else 0


def hunt(start: int, count: int) -> Report:
    """Read these files in child processes, going on after each that kills one."""
    report = Report()
    at, end = start, start + count
    while at < end and len(report.broken) < CRASHES:
        command = [sys.executable, "-X", "faulthandler", "-m", "benchmarks.fuzz_visual", "--child"]
        with tempfile.TemporaryFile("w+") as problems:
            with subprocess.Popen(
                [*command, "--from", str(at), "--count", str(end - at)],
                stdout=subprocess.PIPE,
                stderr=problems,
                text=True,
                cwd=Path(__file__).parents[1],
            ) as child:
                assert child.stdout is not None
                for line in child.stdout:
                    told = json.loads(line)
                    if "begins" in told:
                        at = told["begins"]
                    else:
                        take(report, told)
            if child.returncode == 0:
                break
            problems.seek(0)
            said = problems.read()[-600:]
        report.broken.append(f"seed {at} ({mutant(at)[0]}) ended the process: {child.returncode} {said}")
        at += 1
    return report


def take(report: Report, told: dict[str, object]) -> None:
    report.files += 1
    report.outcomes[str(told["outcome"])] += 1
    report.peak_mb = max(report.peak_mb, float(str(told["mb"])))
    if float(str(told["s"])) > report.slowest_s:
        report.slowest_s, report.slowest = float(str(told["s"])), f"seed {told['seed']} ({told['what']})"
    if told["broken"]:
        report.broken.append(f"seed {told['seed']} ({told['what']}): {told['broken']}")


def read_them(seeds: range) -> None:
    """Read files and tell of each on standard output, its number before anything can happen."""
    resource.setrlimit(resource.RLIMIT_AS, (3 * MEMORY_BYTES, 3 * MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    die_at = int(os.environ.get(DIE_AT, "-1"))  # so that a test can see a death being told
    for seed in seeds:
        sys.stdout.write(json.dumps({"begins": seed}) + "\n")
        sys.stdout.flush()
        if seed == die_at:
            os.kill(os.getpid(), signal.SIGSEGV)
        what, data = mutant(seed)
        resource.setrlimit(resource.RLIMIT_CPU, _seconds_more(SLOW_SECONDS))  # the kernel ends what hangs
        began = time.perf_counter()
        outcome, broken = judged(data)
        seconds = time.perf_counter() - began
        peak = _peak_bytes()
        if peak > MEMORY_BYTES:
            broken = broken or f"took {peak / 1e6:.0f} MB"
        told = {"seed": seed, "what": what, "outcome": outcome, "broken": broken}
        sys.stdout.write(json.dumps(told | {"s": round(seconds, 3), "mb": peak / 1e6}) + "\n")
        if peak > MEMORY_BYTES:
            break


def _peak_bytes() -> int:
    """Resident memory of this process at its most. Not `ru_maxrss`, which begins with what the process that started us held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def _seconds_more(seconds: float) -> tuple[int, int]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return int(used.ru_utime + used.ru_stime + 2 * seconds) + 1, resource.RLIM_INFINITY


def judged(data: bytes) -> tuple[str, str]:
    """What came of a file, and which rule it broke; empty when none."""
    outcome = "unreadable"
    for read in (decode, decode_any):
        try:
            pixels = read(data)
        except Unreadable:
            continue
        except BaseException as error:  # noqa: BLE001 - this is what is looked for
            return "error", f"{read.__name__} raised {type(error).__name__}: {error}"
        outcome = "picture"
        if (str(pixels.dtype), pixels.ndim, pixels.shape[2]) != ("uint8", 3, 3):
            return outcome, f"{read.__name__} gave {pixels.dtype} {pixels.shape}"
        if sorted(pixels.shape[:2]) != sorted(said_size(data)):
            return outcome, f"{read.__name__} gave {pixels.shape}, the header says {said_size(data)}"
    if broken := _seen_otherwise(data):
        return outcome, broken
    if outcome == "unreadable" and diff(data, data, Rules()).difference.passed:
        return outcome, "diff passed a file that cannot be read against itself"
    return outcome, ""


def _seen_otherwise(data: bytes) -> str:
    """Whether the short way of a run says something else of a file than its pixels do; empty when not."""
    try:
        pixels = decode(data)
    except Unreadable:
        pixels = None
    try:
        seen = see_pair(hasty(), data, describe=False).measurement
    except Unreadable:
        return "" if pixels is None else "see_pair cannot read what decode reads"
    if pixels is None:
        return "see_pair read what decode cannot read"
    whole = measure(decode(hasty()), pixels, describe=False)
    return "" if seen == whole else f"see_pair saw {seen}, its pixels show {whole}"


def said_size(data: bytes) -> tuple[int, int]:
    """Width and height as the file says."""
    if data.startswith(PNG_SIGNATURE):
        header = png_header(data)
        return header.width, header.height
    return jpeg_size(data) if data[:2] == b"\xff\xd8" else webp_size(data)


def cut_everywhere(step: int) -> Report:
    """Every good file cut at every `step`-th byte, compared with the whole one and with itself: never a pass."""
    report = Report()
    for name, data in whole().items():
        for length in range(0, len(data) - 1, step):
            part = data[:length]
            began = time.perf_counter()
            passed = [
                diff(*pair, Rules()).difference.passed for pair in ((data, part), (part, data), (part, part))
            ]
            seconds = time.perf_counter() - began
            broken = "" if not any(passed) else f"passed {passed} cut at {length} of {len(data)} bytes"
            told = {"seed": length, "what": name, "outcome": "cut", "broken": broken, "s": seconds, "mb": 0}
            take(report, told)
    return report


if __name__ == "__main__":
    sys.exit(main())
