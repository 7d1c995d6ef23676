"""Addresses: bringing."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.core.views import bringing as views

ROOM = "h/<slug:hub>/bring-in/"
ONE = f"{ROOM}<int:batch>/"

urlpatterns: list[URLPattern] = [
    path(ROOM, views.bring_in, name="bring_in"),
    path(f"{ROOM}list/<slug:kind>/", views.bring_in_list, name="bring_in_list"),
    path(f"{ROOM}template/<slug:kind>/", views.bring_in_template, name="bring_in_template"),
    path(ONE, views.batch, name="batch"),
    path(f"{ONE}columns/", views.batch_columns, name="batch_columns"),
    path(f"{ONE}load/", views.batch_load, name="batch_load"),
    path(f"{ONE}again/", views.batch_again, name="batch_again"),
    path(f"{ONE}drop/", views.batch_drop, name="batch_drop"),
    path(f"{ONE}stop/", views.batch_stop, name="batch_stop"),
    path(f"{ONE}problems/", views.batch_problems, name="batch_problems"),
    path(f"{ONE}undo/", views.batch_undo, name="batch_undo"),
]
