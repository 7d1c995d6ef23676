"""`upwell-site texts`: collect every text for translation, and compile the translations."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Collect the texts of the site and its engines for translation, and compile the translations."

    def handle(self, *args: Any, **options: Any) -> None:
        from upwell_site.core import translations as texts

        for language in texts.LANGUAGES:
            there, done = texts.renew(language)
            self.stdout.write(f"{language}: {done} of {there} texts are translated.")
