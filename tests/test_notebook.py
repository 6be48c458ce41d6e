"""`docs/history.ipynb`, played as a reader would: in a kernel of its own, beside a home with runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from history_builders import Home, a_failed_run, a_home, facts_of

NOTEBOOK = Path("docs/history.ipynb")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each cell shows, as text, over three runs of which one only flickered."""
    home = a_home(tmp_path_factory.mktemp("notebook") / "state")
    home.finish(1, 2)
    home.tell("run", flickering_facts())
    home.history.drain()
    home.ledgers.close()
    return play(home, days=40_000)


def flickering_facts() -> dict[str, Any]:
    facts = facts_of(a_failed_run(3), comparisons=1)
    facts["comparisons"][0] |= {
        "passed": True,
        "is_flaky": True,
        "score": 0.015,
        "view": "shop/clock@desktop",
    }
    return facts


def play(home: Home, *, days: int) -> dict[str, str]:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace(
            "DAYS = 90", f"DAYS = {days}"
        )  # runs of the tests have their own date
    client = NotebookClient(notebook, timeout=300, kernel_name="python3")
    client.execute(env={"INSPECT_HOME": str(home.path), "PATH": "", "IPYTHONDIR": str(home.path / "ipython")})
    return {cell.id: shown(cell) for cell in notebook.cells if cell.cell_type == "code"}


def shown(cell: Any) -> str:
    """What a cell answers; what it complains about is none."""
    assert [output.text for output in cell.outputs if output.output_type == "stream"] == []
    return "".join(output.data.get("text/html", output.data.get("text/plain", "")) for output in cell.outputs)


def test_every_cell_shows_its_rows(played: dict[str, str]) -> None:
    assert ">3<" in played["open"]
    assert "<td>failed</td>" in played["stand-ask"]
    assert "0 %" in played["rate-ask"]
    assert ">33.3<" in played["flaky-ask"]
    assert ">75<" in played["near-ask"]
    assert "compared_at" in played["own-ask"]


def test_it_is_kept_without_answers() -> None:
    """Somebody's runs must not come with a commit, and a diff of it stays readable."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells

    assert [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_a_home_in_which_nothing_was_compared_shows_empty_tables(tmp_path: Path) -> None:
    home = a_home(tmp_path / "state")
    home.finish(1, comparisons=0)
    home.history.drain()
    home.ledgers.close()

    shown = play(home, days=90)  # and that was long ago

    assert ">1<" in shown["open"]
    assert "<td>" not in shown["flaky-ask"] + shown["near-ask"] + shown["rate-ask"]
