"""The `upwell-site` command: every task of running a site, from `start` to `backup`. There is no manage.py."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a management command of the site."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upwell_site.project.settings")
    if sys.argv[1:2] == ["demo"]:  # before the settings are read: the example keeps to a folder of its own
        from upwell_site.project.example import settle

        settle(os.environ)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    if len(sys.argv) > 1:  # people type remove-example; a module's name cannot hold a hyphen
        sys.argv[1] = sys.argv[1].replace("-", "_") if sys.argv[1][:1] != "-" else sys.argv[1]
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"Upwell cannot start: {problem}")
