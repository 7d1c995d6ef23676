"""Every address of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", include("django.conf.urls.i18n")),
    path("", include("upwell_site.core.urls")),
    path("", include("upwell_site.sealed.urls")),
    path("", include("upwell_site.listen.urls")),
    path("", include("upwell_site.connect.urls")),
]

handler404 = "upwell_site.project.errors.not_found"
handler500 = "upwell_site.project.errors.broken"
