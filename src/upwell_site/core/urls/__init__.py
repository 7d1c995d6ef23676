"""Addresses of the core, by room."""

from __future__ import annotations

from upwell_site.core.urls import bringing, door, hubs, machinery, people

urlpatterns = [
    *door.urlpatterns,
    *hubs.urlpatterns,
    *people.urlpatterns,
    *bringing.urlpatterns,
    *machinery.urlpatterns,
]
