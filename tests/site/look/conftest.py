"""Django for the tests of the look alone: whatever settings are there already, else the templates and nothing more."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings

CORE = Path(__file__).resolve().parents[3] / "src" / "upwell_site" / "core"
BUILTINS = [
    "django_cotton.templatetags.cotton",
    "template_partials.templatetags.partials",
    "django.templatetags.i18n",
    "django.templatetags.static",
    "upwell_site.core.templatetags.upwell",
]

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(
        SECRET_KEY="tests",
        LANGUAGE_CODE="en-gb",
        STATIC_URL="/static/",
        INSTALLED_APPS=["django_cotton.apps.SimpleAppConfig", "template_partials.apps.SimpleAppConfig"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [CORE / "templates"],
                "OPTIONS": {
                    "loaders": [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                    "builtins": BUILTINS,
                },
            }
        ],
    )
    django.setup()
