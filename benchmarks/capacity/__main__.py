"""Write docs/capacity.md and its picture anew: `make capacity`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.capacity.costs import read_costs
from benchmarks.capacity.page import pages

DOCS = Path(__file__).parents[2] / "docs"

if __name__ == "__main__":
    for name, text in pages(read_costs()).items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"wrote docs/{name}")
