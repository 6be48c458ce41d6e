"""`history sql` without a query: a prompt that completes tables and columns and remembers what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.history import Table

Tables = Mapping[str, Sequence[str]]  # name -> its columns

COLUMNS = (
    "SELECT table_name, column_name FROM duckdb_columns() "
    "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal ORDER BY ALL"
)
KEYWORDS = (
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "ORDER",
    "LIMIT",
    "JOIN",
    "LEFT",
    "ON",
    "USING",
    "AS",
    "AND",
    "OR",
    "NOT",
    "IN",
    "BETWEEN",
    "LIKE",
    "IS",
    "NULL",
    "DISTINCT",
    "HAVING",
    "QUALIFY",
    "OVER",
    "PARTITION",
    "WITH",
    "UNION",
    "ALL",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "DESC",
    "ASC",
    "count",
    "avg",
    "sum",
    "min",
    "max",
    "quantile_cont",
    "date_trunc",
    "strftime",
    "interval",
    "now",
)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
NAMES = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
LEAVES = ("exit", "quit", "\\q", ".quit", ".exit")
HELP = """\
A statement ends with ; and may have several lines. Tab completes, the arrow keys bring back what was asked before.
.tables          the tables; .columns TABLE: its columns
.aligned .csv .json   how answers are shown from now on
.parquet FILE    asks the last question again, into a Parquet file
.quit or Ctrl-D  leave; Ctrl-C forgets what was typed, or ends a query"""


def words(before: str, tables: Tables) -> list[str]:
    """What the word at the end of a text may become: columns of tables that it names, tables, other columns, keywords."""
    found = WORD.search(before)
    begun = found.group().lower() if found else ""
    if not begun:
        return []
    named = {name.lower() for name in NAMES.findall(before)}
    near = [column for table, columns in tables.items() if table in named for column in columns]
    far = [column for columns in tables.values() for column in columns]
    every = dict.fromkeys((*near, *tables, *far, *KEYWORDS))
    return [word for word in every if word.lower().startswith(begun) and word.lower() != begun]


def tables_of(told: Table) -> Tables:
    """The answer to COLUMNS as names and their columns."""
    found: dict[str, list[str]] = {}
    for table, column in told.rows:
        found.setdefault(table, []).append(column)
    return found


class _Completer(Completer):
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        before = document.text_before_cursor
        found = WORD.search(before)
        begun = len(found.group()) if found else 0
        yield from (Completion(word, -begun) for word in words(before, self._tables))


def converse(
    ask: Callable[[str], Table],
    forms: Mapping[str, Callable[[Table], str]],
    say: Callable[[str], None],
    *,
    history: History,
    save: Callable[[str, str], int] | None = None,
    terminal: tuple[Input, Output] | None = None,
) -> None:
    """Ask and answer until whoever sits there leaves; what is wrong is a sentence, and the next question may follow.

    Args:
        ask: Answers one reading statement.
        forms: How an answer may be shown; the first one is how it is at the beginning.
        say: Prints.
        history: Of what was asked before.
        save: Writes the answer of a statement to a Parquet file, and counts its rows; None: there are no files here.
        terminal: Other than the process's own.
    """
    talk = _Talk(ask, forms, say, save, tables_of(ask(COLUMNS)), next(iter(forms)))
    say("Statements end with ; and .help says the rest.")
    with create_app_session(*terminal) if terminal else nullcontext():
        session: PromptSession[str] = PromptSession(history=history, completer=_Completer(talk.tables))
        typed = ""
        while True:
            try:
                typed += session.prompt("sql> " if not typed else "...> ") + "\n"
            except KeyboardInterrupt:
                typed = ""
                continue
            except EOFError:
                return
            line = typed.strip()
            if line in LEAVES:
                return
            if line.startswith("."):
                talk.command(line)
                typed = ""
            elif not line or line.endswith(";"):
                typed = ""
                if line:
                    talk.answer(line)


@dataclass
class _Talk:
    ask: Callable[[str], Table]
    forms: Mapping[str, Callable[[Table], str]]
    say: Callable[[str], None]
    save: Callable[[str, str], int] | None
    tables: Tables
    form: str
    asked: str = ""  # the last question

    def answer(self, query: str) -> None:
        self.asked = query
        self._try(lambda: self.forms[self.form](self.ask(query)).rstrip("\n"))

    def command(self, line: str) -> None:
        """Do what a line that begins with a dot says."""
        name, _, rest = line[1:].partition(" ")
        rest = rest.strip()
        if name in self.forms:
            self.form = name
        elif name == "tables":
            self.say("\n".join(self.tables))
        elif name == "columns" and rest in self.tables:
            self.say("\n".join(self.tables[rest]))
        elif name == "columns":
            self.say(f"there is no table {rest!r}; .tables lists them")
        elif name == "parquet":
            self._to_parquet(rest)
        elif name == "help":
            self.say(HELP)
        else:
            self.say(f"{line!r} is no command; .help lists them")

    def _to_parquet(self, file: str) -> None:
        save = self.save
        if save is None:
            self.say("a server's answer cannot be saved as Parquet; take .csv or .json")
        elif not file or not self.asked:
            self.say("ask a question first, then name a file: .parquet FILE")
        else:
            self._try(lambda: f"saved {save(self.asked, file):,} rows to {file}")

    def _try(self, work: Callable[[], str]) -> None:
        try:
            self.say(work())
        except InspectError as error:
            self.say(str(error))
        except KeyboardInterrupt:
            self.say("the query was ended")
