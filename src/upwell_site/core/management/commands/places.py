"""`upwell-site places`: load the tree of places, or areas of your own from a GeoJSON file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upwell_site.core import places
from upwell_site.core.models import Place
from upwell_site.core.refused import Refused


class Command(BaseCommand):
    help = "Load the places that come with the site, or outlines of your own: upwell-site places FILE --within CODE."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a GeoJSON file in WGS 84 (longitude, latitude)")
        parser.add_argument("--within", default="", metavar="CODE", help="the place these areas are parts of")
        parser.add_argument("--level", default="other", choices=Place.Level.values, help="what the areas are")
        parser.add_argument("--name", default="", metavar="PROPERTY", help="the property that holds the name")
        parser.add_argument("--code", default="", metavar="PROPERTY", help="the property that holds the code")
        parser.add_argument("--prefix", default="", help="letters to put before every code")
        parser.add_argument("--source", default="", help="attribution that is shown wherever the outlines are")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            done = self._load(file, options)
        except (Refused, OSError, UnicodeDecodeError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{done.new} places are new, {done.changed} changed, {done.same} were there already.")

    def _load(self, file: Path | None, options: dict[str, Any]) -> places.Loaded:
        if file is None:
            return places.load_kingdom()
        if not options["within"]:
            raise CommandError("Say which place these areas are parts of: --within CODE (for example council-leeds).")
        wanted = {key: options[key] for key in ("within", "level", "name", "code", "prefix", "source")}
        return places.load_file(file.read_text("utf-8-sig"), **wanted)
