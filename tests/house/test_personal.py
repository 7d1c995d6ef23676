"""Every field of every model says what it holds about people."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

from upwell_site.core import privacy

ALL = apps.get_models(include_auto_created=True)


def declared(model: type[Model]) -> privacy.Personal | None:
    """Return what a model declares; tables of libraries are in one list."""
    return getattr(model, "personal", None) or privacy.THIRD_PARTY.get(model._meta.label)


@pytest.mark.parametrize("model", ALL, ids=lambda m: m._meta.label)
def test_every_model_declares_its_personal_fields(model: type[Model]):
    """A field nobody declared would be missing from packs and survive erasure."""
    personal = declared(model)
    assert personal is not None, f"{model._meta.label} has no `personal`"
    if personal is privacy.NOTHING:
        return
    fields = {f.name for f in model._meta.concrete_fields if not f.primary_key or f.name != "id"} - {"hub"}
    assert set(personal.fields) == fields
    assert personal.basis in privacy.BASES
    assert personal.keep in privacy.KEEP
    assert personal.on_erase in privacy.ON_ERASE


@pytest.mark.parametrize("model", ALL, ids=lambda m: m._meta.label)
def test_the_path_to_the_subject_leads_to_a_person_or_a_sign_in(model: type[Model]):
    """A path that leads nowhere would leave somebody's data out of their pack."""
    personal = declared(model)
    if not personal or not personal.subject or personal.subject == "id":
        return
    for path in (personal.subject, *personal.others):
        at: type[Model] = model
        for step in path.split("."):
            at = at._meta.get_field(step).related_model
        assert at._meta.label in {"core.Person", "core.User"}, f"{model._meta.label}.{path} leads to {at}"


@pytest.mark.parametrize("model", ALL, ids=lambda m: m._meta.label)
def test_nothing_that_points_at_a_person_says_it_holds_nothing(model: type[Model]):
    """A link to a person is about that person."""
    if declared(model) is not privacy.NOTHING:
        return
    links = [
        f.name for f in model._meta.concrete_fields if getattr(f.related_model, "__name__", "") in {"Person", "User"}
    ]
    assert links == []
