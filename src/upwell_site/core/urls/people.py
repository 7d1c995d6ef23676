"""Addresses: people, roles, organisations, programmes, trainings, one's own pages, networks."""

from __future__ import annotations

from django.urls import URLPattern, path

from upwell_site.core.views.people import (
    looks,
    organisations,
    pack,
    people,
    programmes,
    roles,
    standing,
    trainings,
    you,
)

urlpatterns: list[URLPattern] = [
    path("h/<slug:hub>/you/", you.you, name="you"),
    path("h/<slug:hub>/you/everything/", pack.you_pack, name="you_pack"),
    path("h/<slug:hub>/you/everything/download/", pack.you_pack_file, name="you_pack_file"),
    path("h/<slug:hub>/you/looked/", looks.you_looked, name="you_looked"),
    path("h/<slug:hub>/you/networks/", you.networks_list, name="networks"),
    path("h/<slug:hub>/you/network/", you.network, name="network"),
    path("h/<slug:hub>/code/", you.code, name="code"),
    path("h/<slug:hub>/your-data/", you.notice, name="notice"),
    path("h/<slug:hub>/people/", people.people, name="people"),
    path("h/<slug:hub>/people/add/", people.person_add, name="person_add"),
    path("h/<slug:hub>/people/ages/", people.ages, name="people_ages"),
    path("h/<slug:hub>/people/<int:person>/", people.person, name="person"),
    path("h/<slug:hub>/people/<int:person>/edit/", people.person_edit, name="person_edit"),
    path("h/<slug:hub>/people/<int:person>/born/", people.person_born, name="person_born"),
    path("h/<slug:hub>/people/<int:person>/consents/", you.person_consents, name="person_consents"),
    path("h/<slug:hub>/people/<int:person>/seen/", looks.person_seen, name="person_seen"),
    path("h/<slug:hub>/people/<int:person>/roles/add/", roles.role_add, name="role_add"),
    path("h/<slug:hub>/people/<int:person>/in-order/", standing.standing_set, name="standing_set"),
    path("h/<slug:hub>/roles/", roles.roles, name="roles"),
    path("h/<slug:hub>/roles/<int:membership>/", roles.role, name="role"),
    path("h/<slug:hub>/roles/<int:membership>/grant/", roles.role_grant, name="role_grant"),
    path("h/<slug:hub>/roles/<int:membership>/end/", roles.role_end, name="role_end"),
    path("h/<slug:hub>/organisations/", organisations.organisations, name="organisations"),
    path("h/<slug:hub>/organisations/add/", organisations.organisation_add, name="organisation_add"),
    path("h/<slug:hub>/organisations/<int:organisation>/", organisations.organisation, name="organisation"),
    path(
        "h/<slug:hub>/organisations/<int:organisation>/edit/",
        organisations.organisation_edit,
        name="organisation_edit",
    ),
    path("h/<slug:hub>/programmes/", programmes.programmes, name="programmes"),
    path("h/<slug:hub>/programmes/add/", programmes.programme_add, name="programme_add"),
    path("h/<slug:hub>/programmes/<int:programme>/", programmes.programme, name="programme"),
    path("h/<slug:hub>/programmes/<int:programme>/edit/", programmes.programme_edit, name="programme_edit"),
    path("h/<slug:hub>/programmes/<int:programme>/in-order/", standing.programme_standing, name="programme_standing"),
    path("h/<slug:hub>/trainings/", trainings.trainings, name="trainings"),
    path("h/<slug:hub>/trainings/add/", trainings.training_add, name="training_add"),
    path("h/<slug:hub>/trainings/<int:training>/", trainings.training, name="training"),
    path("h/<slug:hub>/trainings/<int:training>/read/", trainings.training_page, name="training_page"),
    path("h/<slug:hub>/trainings/<int:training>/check/", trainings.training_check, name="training_check"),
    path("h/<slug:hub>/trainings/<int:training>/edit/", trainings.training_edit, name="training_edit"),
    path("h/<slug:hub>/trainings/<int:training>/sessions/add/", trainings.session_add, name="session_add"),
    path("h/<slug:hub>/sessions/<int:session>/", trainings.session, name="session"),
    path("h/<slug:hub>/sessions/<int:session>/attendance/", trainings.session_attendance, name="session_attendance"),
]
