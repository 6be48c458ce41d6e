"""A group of commands whose help says each of them in a whole sentence."""

from __future__ import annotations

import click


class Group(click.Group):
    """Click cuts a command's help off where the line ends; here it goes on in the next one."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, _sentence(one)) for name, one in named if one is not None and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _sentence(command: click.Command) -> str:
    return command.short_help or (command.help or "").strip().partition("\n")[0]
