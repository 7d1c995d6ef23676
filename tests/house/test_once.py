"""A decision happens once, and its key is worth nothing in other hands."""

from __future__ import annotations

import pytest

from tests import world as w
from upwell_site.core.models import Organisation, Programme

KEY = "k" * 24


def _organisation(name: str) -> dict[str, str]:
    return {"name": name, "sector": "charity", "level": "community", "once": KEY}


@pytest.mark.django_db
def test_a_key_in_other_hands_is_another_key():
    """Somebody who saw another's key learns nothing by it, and their own decision is not swallowed."""
    world = w.make()
    lead, organiser = world.client("lead"), world.client("organiser")
    first = lead.post("/h/here/organisations/add/", _organisation("Seacroft Kitchen"))
    again = lead.post("/h/here/organisations/add/", _organisation("Seacroft Kitchen"))
    other = organiser.post("/h/here/organisations/add/", _organisation("Gipton Sheds"))
    assert first.status_code == again.status_code == other.status_code == 302
    assert first.headers["Location"] == again.headers["Location"] != other.headers["Location"]
    assert Organisation.objects.filter(name__in=["Seacroft Kitchen", "Gipton Sheds"]).count() == 2


@pytest.mark.django_db
def test_a_key_counts_for_one_form_of_a_page():
    """Two forms of one page carry the same key; pressing the second after the first is a decision of its own."""
    lead = w.make().client("lead")
    lead.post("/h/here/organisations/add/", _organisation("Seacroft Kitchen"))
    lead.post("/h/here/programmes/add/", {"name": "Spring walks", "kind": "other", "once": KEY})
    assert Programme.objects.filter(name="Spring walks").count() == 1
