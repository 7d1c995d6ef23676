"""What the web server calls. Refuses to serve when a wall between hubs is missing."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upwell_site.project.settings")
application = get_wsgi_application()

from upwell_site.core import safe_start  # noqa: E402

safe_start.check()
