"""An answer that is saved is what the same words answer on the screen."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT 7 AS x; -- the runs", 7),
        ("SELECT 7 AS x;; /* of; tonight */ -- ;", 7),
        ("SELECT ';é -- ' AS x /* é */ ; -- ü", ";é -- "),
        ("-- first;\nSELECT 'é' AS x -- last;", "é"),
        ("SELECT $$;$$ AS x\n;\n", ";"),
    ],
)
def test_remarks_and_semicolons_at_the_end_are_no_part_of_what_is_saved(home, tmp_path: Path, sql, value):
    """`SELECT 1; -- remark` was refused as a syntax error, since only a semicolon at the very end was taken away."""
    home.finish(1)
    file = tmp_path / "answer.parquet"

    rows = home.history.save(sql, str(file))

    assert rows == 1
    assert duckdb.read_parquet(str(file)).fetchall() == [(value,)] == home.rows(sql)
