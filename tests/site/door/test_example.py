"""The doors of the example exist on an example, on this machine, and nowhere else; and the example can go."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from tests import world
from tests.factories import door
from tests.factories.signin import sign_in, sign_in_user
from upwell_site.core import safe_start, walls
from upwell_site.core.actions import begin, invitations
from upwell_site.core.door import examples
from upwell_site.core.example import doors
from upwell_site.core.models import Event, Hub, Letter, Person, Site, User

pytestmark = pytest.mark.django_db
HERE = {"SERVER_NAME": "localhost", "REMOTE_ADDR": "127.0.0.1"}
FAR = [
    {"REMOTE_ADDR": "10.0.0.7"},
    {"REMOTE_ADDR": "::ffff:10.0.0.7"},
    {"SERVER_NAME": "0.0.0.0"},
    {"HTTP_HOST": "testserver"},
    {"HTTP_HOST": "upwell.example.org"},
    {"HTTP_HOST": "localhost.evil.example"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"HTTP_X_REAL_IP": "127.0.0.1"},
    {"HTTP_FORWARDED": "for=127.0.0.1"},
    {"HTTP_VIA": "1.1 proxy"},
    {"REMOTE_ADDR": ""},
]
PAGES = ["/try/", "/try/post/"]


def get(path: str, **meta: str) -> object:
    return Client(**{**HERE, **meta}).get(path)


def never_was(**meta: str) -> bytes:
    return get("/never-was/", **meta).content


@pytest.mark.parametrize("near", [{}, {"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"}, {"HTTP_HOST": "127.0.0.1:81"}])
def test_on_an_example_on_this_machine_the_doors_are_there(near):
    door.example()
    page = get("/try/", **near)
    assert page.status_code == 200
    html, all_of = page.content.decode(), doors.doors()
    assert len(all_of) == 10
    for one in all_of:
        assert str(one.label) in html and one.name in html and f'value="{one.key}"' in html
        assert escape(str(one.sees)) in html
    assert get("/try/post/", **near).status_code == 200


@pytest.mark.parametrize("far", FAR, ids=str)
@pytest.mark.parametrize("path", PAGES)
def test_from_anywhere_else_they_never_were(path, far):
    door.example()
    answer = get(path, **far)
    if answer.status_code != 400:  # a host that is not ours is turned away before anything is looked at
        assert (answer.status_code, answer.content) == (404, never_was(**far))


@pytest.mark.parametrize("path", PAGES)
def test_on_a_real_database_they_never_were(path):
    door.example()
    Site.objects.update(example=False)
    answer = get(path)
    assert (answer.status_code, answer.content) == (404, never_was())
    client = Client(**HERE)
    assert client.post("/try/", {"door": "lead"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_other_hosts_or_a_proxy_shut_the_doors(settings):
    door.example()
    settings.ALLOWED_HOSTS = ["localhost", "upwell.example.org"]
    assert get("/try/").status_code == 404
    settings.ALLOWED_HOSTS = ["localhost"]
    assert get("/try/").status_code == 200
    settings.TRUSTED_HOPS = 1
    assert get("/try/").status_code == 404


@pytest.mark.parametrize("key", ["lead", "admin", "safeguarding", "organiser"])
def test_one_press_lets_in_with_the_role_awake(key):
    door.example()
    client = Client(**HERE)
    hub = door.behind(key).hub
    assert client.post("/try/", {"door": key}).url == reverse("home", args=[hub.slug])
    assert client.get(reverse("invitations", args=[hub.slug])).status_code == 200


def test_a_door_with_nobody_behind_it_is_not_shown():
    """Nobody else is taken for them, whatever role somebody here has."""
    hub = door.example()
    Person.objects.filter(user=door.behind("lead").user).update(emptied_at=timezone.now())
    door.person(hub, "Lena Lead", role="lead")
    assert "lead" not in [one.door.key for one in examples.doors()]
    assert Client(**HERE).post("/try/", {"door": "lead"}).status_code == 404


def test_an_example_made_by_others_has_no_doors():
    Site.objects.update_or_create(pk=1, defaults={"example": True})
    door.person(door.hub("example", example=True), "Lena Lead", role="lead")
    assert examples.doors() == []
    assert get("/try/").status_code == 200


def test_the_operators_door():
    door.example()
    client = Client(**HERE)
    client.post("/try/", {"door": "operator"})
    assert client.get(reverse("remove_example")).status_code == 200


def test_a_demo_session_wakes_nothing_once_the_database_is_real():
    door.example()
    client, hub = Client(**HERE), door.behind("admin").hub
    client.post("/try/", {"door": "admin"})
    Site.objects.update(example=False)
    assert client.get(reverse("invitations", args=[hub.slug])).status_code == 302


@pytest.mark.parametrize("wrong", ["", "0", "999999", "x", "1" * 40, "-1"])
def test_a_door_that_is_not_there(wrong):
    door.example()
    assert Client(**HERE).post("/try/", {"door": wrong}).status_code == 404


def test_people_of_real_hubs_have_no_door():
    door.example()
    admin = door.behind("admin")
    Hub.objects.filter(pk=admin.hub_id).update(example=False)
    client = Client(**HERE)
    assert client.post("/try/", {"door": "admin"}).status_code == 404
    assert admin.name not in client.get("/try/").content.decode()


def test_the_letters_of_the_example_can_be_followed():
    door.example()
    admin = door.behind("admin")
    from tests.site.door.test_invitations import actor

    _row, key = invitations.invite(by=admin, actor=actor(admin), address="nia@new.example.org")
    client = Client(**HERE)
    client.post(reverse("invitation", args=[key]))
    page = client.get("/try/post/").content.decode()
    assert reverse("invitation", args=[key]) in page
    assert Letter.objects.get(kind="sign_in_code").values["code"] in page


@pytest.mark.parametrize(
    "hosts", [["*"], ["localhost", "upwell.example.org"], ["10.0.0.7"], [".localhost"], ["0.0.0.0"]]
)
def test_the_start_refuses_an_example_that_others_could_reach(settings, hosts):
    door.example()
    settings.ALLOWED_HOSTS = hosts
    with pytest.raises(ImproperlyConfigured, match="UPWELL_HOSTS"):
        safe_start.check()


def test_the_start_refuses_an_example_behind_a_proxy(settings):
    door.example()
    settings.ALLOWED_HOSTS, settings.TRUSTED_HOPS = ["localhost"], 1
    with pytest.raises(ImproperlyConfigured, match="UPWELL_PROXY"):
        safe_start.check()


@pytest.mark.parametrize(
    ("example", "hosts"), [(True, ["localhost", "127.0.0.1", "[::1]"]), (False, ["hub.example.org"])]
)
def test_the_start_goes_ahead_otherwise(settings, example, hosts):
    door.example()
    Site.objects.update(example=example)
    settings.ALLOWED_HOSTS = hosts
    safe_start.check()


def test_the_example_goes_in_one_step_and_the_rest_stays(capsys):
    """Every kind of row there is, in one hub that is an example and in one that is real."""
    here = world.make()
    gone, stays = here.sides["there"].hub, here.sides["here"].hub
    Hub.objects.filter(pk=gone.pk).update(example=True)
    before = {m: m._default_manager.filter(hub=stays).count() for m in walls.hub_models() if m is not Hub}
    call_command("remove_example")
    assert "Removed 1 example hub" in capsys.readouterr().out
    assert not Hub.objects.filter(pk=gone.pk).exists()
    for model, count in before.items():
        assert not model._default_manager.filter(hub_id=gone.pk).exists(), model
        assert model._default_manager.filter(hub=stays).count() == count, model
    assert not User.objects.filter(email__contains="there").exists()
    assert walls.missing() == []
    assert Event.objects.filter(did="remove_example", hub=None).count() == 1


def test_somebody_who_is_in_a_real_hub_too_keeps_their_sign_in():
    here = world.make()
    Hub.objects.filter(slug="there").update(example=True)
    both = here.sides["here"].people["adult"]
    here.sides["there"].people["adult"].user and Person.objects.filter(
        pk=here.sides["there"].people["adult"].pk
    ).update(user=both.user)
    begin.remove_example(by=None)
    assert User.objects.filter(pk=both.user_id).exists()


@pytest.mark.parametrize("role", ["", "admin"])
def test_only_whoever_runs_the_site_takes_the_example_away(client, role):
    hub = door.example()
    sign_in(client, door.person(hub, "Rae Role", role=role))
    assert client.post(reverse("remove_example")).status_code == 404
    assert Hub.objects.filter(example=True).exists()


def test_the_button(client):
    door.example()
    sign_in_user(client, begin.make_operator(by=None, email="op@example.org"))
    assert client.post(reverse("remove_example"), {"once": "d" * 24}).status_code == 302
    assert not Hub.objects.exists()
    assert client.post(reverse("remove_example"), {"once": "d" * 24}).status_code == 302
