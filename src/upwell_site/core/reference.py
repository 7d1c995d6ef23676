"""Pages of docs/reference that are made from the code, so that they cannot fall behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from django.apps import apps
from django.core.management import get_commands, load_command_class

from upwell_site import env
from upwell_site.core import archive, jobs, policy, privacy
from upwell_site.core.bringing import reference as spreadsheets


def settings_page() -> str:
    """Return the page of everything an operator may set."""
    rows = [f"| `{name}` | {about} |" for name, about in sorted(env.SETTINGS.items())]
    return (
        "# Settings\n\nSet them in the environment of the service. Any of them may instead be read from a file: "
        "`UPWELL_SECRET_FILE=/run/secrets/upwell` reads `UPWELL_SECRET` from there.\n"
        "A wrong value stops the start with one sentence.\n\n| setting | what it is for |\n|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def own_commands() -> list[str]:
    """Return the names of the commands that are ours."""
    return sorted(name for name, app in get_commands().items() if str(app).startswith("upwell_site"))


def commands_page() -> str:
    """Return the page of `upwell-site` commands, as their own help says."""
    parts = ["# upwell-site commands\n\n`upwell-site COMMAND --help` says the same.\n"]
    os.environ["COLUMNS"] = "100"  # argparse wraps to the terminal; the page must not depend on one
    for name in own_commands():
        parser = load_command_class(get_commands()[name], name).create_parser("upwell-site", name)
        own = [a for a in parser._actions if not _of_django(a.option_strings) and a.dest != "help"]
        lines = [f"## {name}\n", (parser.description or "").strip(), ""]
        for action in own:
            words = (
                ", ".join(f"`{o}`" for o in action.option_strings) or f"`{str(action.metavar or action.dest).upper()}`"
            )
            lines.append(f"- {words}: {(action.help or '').strip()}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _of_django(options: Sequence[str]) -> bool:
    shared = {
        "--version",
        "-v",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
        "--skip-checks",
    }
    return bool(set(options) & shared)


def jobs_page() -> str:
    """Return the page of background jobs."""
    for app in apps.get_app_configs():
        if app.name.startswith("upwell_site."):
            jobs.load(app.label)
    rows = [f"| `{kind}` | {_first_line(work.__doc__)} |" for kind, work in sorted(jobs.known().items())]
    return (
        "# Jobs\n\nSlow work is done by `upwell-site work`; each kind may run twice without harm.\n\n"
        "| job | what it does |\n|---|---|\n" + "\n".join(rows) + "\n"
    )


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def permissions_page() -> str:
    """Return the permission table for people to read."""
    parts = [
        "# Who may do what\n\nMade from `src/upwell_site/core/permissions.toml`. A cell lists what somebody has to be "
        "to the thing: `any` is every one in the hub; *a & b* means both. Who is not in a row may not, "
        "and is told nothing.\n"
    ]
    for resource in policy.table().values():
        rows = [
            f"| {action} | "
            + "; ".join(f"**{role}** {' or '.join(alternatives)}" for role, alternatives in cell.items())
            + " |"
            for action, cell in resource.actions.items()
        ]
        parts.append(f"## {resource.name}\n\n| action | who |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def personal_page() -> str:
    """Return what is kept about people, table by table."""
    parts = ["# What is kept about people\n\nMade from the `personal` declaration of every model.\n"]
    for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
        personal = getattr(model, "personal", None) or privacy.THIRD_PARTY.get(model._meta.label)
        if not personal or personal is privacy.NOTHING:
            continue
        fields = ", ".join(f"{name} ({kind})" for name, kind in personal.fields.items() if kind != privacy.NONE)
        keep = personal.keep.replace("_", " ")
        parts.append(
            f"## {model._meta.label}\n\n{privacy.BASES[personal.basis]} Kept: {keep}"
            f"{f' after `{personal.since}`' if personal.since else ''}. On erasure: {personal.on_erase}"
            f"{', but for rows the law holds' if personal.held else ''}.\n\n{fields}\n"
        )
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "jobs.md": jobs_page,
    "permissions.md": permissions_page,
    "personal-data.md": personal_page,
    "spreadsheets.md": spreadsheets.page,
    "hub-archive.md": archive.page,
}
