"""Addresses of sealed."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.sealed.views import checks, desk, tell

urlpatterns: list[URLPattern] = [
    path("h/<slug:hub>/safe/tell/", tell.concern_add, name="concern_add"),
    path("h/<slug:hub>/safe/<slug:key>/", tell.concern_receipt, name="concern_receipt"),
    path("h/<slug:hub>/concerns/", desk.concerns, name="concerns"),
    path("h/<slug:hub>/concerns/<uuid:concern>/", desk.concern, name="concern"),
    path("h/<slug:hub>/concerns/<uuid:concern>/write/", desk.concern_write, name="concern_write"),
    path("h/<slug:hub>/checks/", checks.checks, name="checks"),
    path("h/<slug:hub>/checks/<uuid:check>/", checks.check_number, name="check_number"),
    path("h/<slug:hub>/people/<int:person>/check/", checks.check_add, name="check_add"),
]
