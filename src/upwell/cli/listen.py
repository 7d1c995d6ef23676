"""`upwell listen`: opinion groups from a vote export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from upwell import listen as engine

SIGNS = ("agree=+1", "agree=-1")


@click.group("listen")
def group() -> None:
    """Opinion groups, and what unites them."""


@group.command("groups")
@click.argument("export_dir", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the three files.")
@click.option("--mode", type=click.Choice(["polis"]), default="polis", show_default=True, help="How to group people.")
@click.option("--k", type=click.IntRange(1, 20), help="Number of groups; the clearest of 2 to 5 if not given.")
@click.option(
    "--groups",
    "groups_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Use these groups: a CSV file with the columns participant and group.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Same seed, same result.")
@click.option("--sign", type=click.Choice(SIGNS), help="Which number means agree; found out if not given.")
def groups(
    export_dir: Path, out: Path, mode: str, k: int | None, groups_file: Path | None, seed: int, sign: str | None
) -> None:
    """Group the people of a Polis export by how they answer.

    EXPORT_DIR is the folder or zip of the export, its files plain or gzipped. Writes people.csv, statements.csv
    and summary.json. Numbers of fewer than five people are left blank.
    """
    from upwell import listen  # here, so that help does not load NumPy

    export = listen.read_export(export_dir, sign=sign)  # type: ignore[arg-type]
    labels = None
    if groups_file is not None:
        labels = listen.read_labels(groups_file.read_bytes(), export, groups_file.name)
    result = listen.groups(export, mode=mode, k=k, labels=labels, seed=seed)  # type: ignore[arg-type]
    written = listen.write_results(result, export, out)
    _tell(result, export, written)


def _tell(result: engine.OpinionGroups, export: engine.Export, written: list[Path]) -> None:
    """Say what was found and where it is."""
    if export.sign == "agree=-1":
        click.echo("This export stores agree as -1. Its votes were turned round.")
    click.echo(str(result.headline()))
    for number in result.shown:
        click.echo("")
        for say in result.describe(number):
            click.echo(str(say))
    for title, says in (("What unites", result.describe_unites()), ("What divides", result.describe_divides())):
        if says:
            click.echo(f"\n{title}")
            for say in says:
                click.echo(str(say))
    click.echo("\nThe texts of the statements are in statements.csv.")
    click.echo(f"Written: {', '.join(str(path) for path in written)}")
