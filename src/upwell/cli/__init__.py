"""The `upwell` command: one file per verb, loaded only when that verb is asked for."""

from __future__ import annotations

import sys
from importlib import import_module

import click

import upwell

VERBS = {"connect": "Match mentors and mentees.", "listen": "Opinion groups, and what unites them."}


class Verbs(click.Group):
    """Loads ``upwell.cli.<verb>`` when it is called, so that help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"upwell.cli.{cmd_name}").group
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(VERBS.items()))


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(upwell.__version__, prog_name="upwell")
def cli() -> None:
    """Upwell's engines on files: spreadsheets and exports in, plain tables out. Nothing leaves this machine."""


def main() -> None:
    """Run the command; bad input ends with one sentence and exit code 1, never a traceback."""
    try:
        cli.main(standalone_mode=False)
    except upwell.InputError as problem:
        click.echo(f"Error: {problem}", err=True)
        sys.exit(1)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, upwell.Cancelled):
        click.echo("Stopped. Nothing was written.", err=True)
        sys.exit(130)
