"""What the web server calls. Refuses to serve when a wall between hubs is missing."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upwell_site.project.settings")
application = get_wsgi_application()

from upwell_site.core import safe_start  # noqa: E402

safe_start.check()

# What is loaded now stays: looking through it again after every few hundred new objects takes a twentieth of each page.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
