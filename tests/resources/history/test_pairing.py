"""How a history and a ledger belong together, said from their numbers alone."""

from __future__ import annotations

import pytest

from inspect_pipelines.ports.across import Numbers
from resources.history.pairing import Pairing, Watermark, pairing


@pytest.mark.parametrize(
    ("seq", "epoch", "mark", "numbers", "row", "expected"),
    [
        (0, None, None, Numbers("a", 0, 0), None, Pairing.PAIRED),
        (0, None, None, Numbers("a", 0, 9), None, Pairing.PAIRED),
        (0, None, None, Numbers("a", 4, 9), None, Pairing.GAP),
        (5, "a", "x", Numbers("a", 0, 5), "x", Pairing.PAIRED),
        (5, "a", "x", Numbers("a", 0, 9), "x", Pairing.PAIRED),
        (5, "a", "x", Numbers("a", 5, 5), None, Pairing.PAIRED),
        (5, "a", "x", Numbers("a", 5, 9), None, Pairing.PAIRED),
        (5, "a", "x", Numbers("a", 6, 9), None, Pairing.GAP),
        (5, "a", "x", Numbers("a", 0, 4), None, Pairing.RESTORED),
        (5, "a", "x", Numbers("a", 0, 0), None, Pairing.RESTORED),
        (5, "a", "x", Numbers("a", 0, 5), "y", Pairing.RESTORED),
        (5, "a", "x", Numbers("a", 0, 9), "y", Pairing.RESTORED),
        (5, "a", "x", Numbers("a", 0, 9), None, Pairing.RESTORED),
        (5, "b", "x", Numbers("a", 0, 9), "x", Pairing.ANOTHER),
        (5, "b", "x", Numbers("a", 0, 0), None, Pairing.ANOTHER),
        (5, None, None, Numbers("a", 0, 9), "y", Pairing.PAIRED),
        (5, None, None, Numbers("a", 0, 4), None, Pairing.RESTORED),
        (5, None, None, Numbers("a", 8, 9), None, Pairing.GAP),
    ],
)
def test_numbers_say_how_a_history_and_a_ledger_belong_together(seq, epoch, mark, numbers, row, expected):
    assert pairing(Watermark(seq, epoch, mark), numbers, row) is expected
