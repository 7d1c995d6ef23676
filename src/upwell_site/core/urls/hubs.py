"""Addresses: a hub's public page, home, search, settings, places; the guides."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.core.views import gallery, home, hubs, retention, search
from upwell_site.core.views import help as guides

urlpatterns: list[URLPattern] = [
    path("h/<slug:hub>/", hubs.hub, name="hub"),
    path("h/<slug:hub>/home/", home.home, name="home"),
    path("h/<slug:hub>/search/", search.search, name="search"),
    path("h/<slug:hub>/settings/", hubs.hub_edit, name="hub_edit"),
    path("h/<slug:hub>/retention/", retention.retention, name="retention"),
    path("h/<slug:hub>/members/", hubs.members, name="members"),
    path("h/<slug:hub>/safe/", hubs.hub_safe, name="hub_safe"),
    path("h/<slug:hub>/places/<int:place>/", hubs.place, name="place"),
    path("safe/", guides.safe, name="safe"),
    path("gallery/", gallery.parts, name="gallery"),
    path("help/", guides.help_list, name="help"),
    path("help/<slug:guide>/", guides.guide, name="guide"),
]
