"""Invitations: offered by whoever may, to one address, for one role, used once."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import door
from tests.factories.signin import sign_in, sign_in_user, user_of
from tests.site.door.test_sign_in import code_for
from upwell_site.core.actions import invitations, people
from upwell_site.core.actor import roles_of
from upwell_site.core.models import Event, Invitation, Letter, Membership, Person, User
from upwell_site.core.policy import Actor
from upwell_site.core.refused import Refused

pytestmark = pytest.mark.django_db
NEW = "nia@new.example.org"


@pytest.fixture
def hub():
    return door.hub()


def actor(person: Person) -> Actor:
    return Actor(person.hub_id, person.pk, roles_of(person))


def made(by: Person, **more: object) -> tuple[Invitation, str]:
    return invitations.invite(by=by, actor=actor(by), **{"address": NEW, "name": "Nia New", **more})


def offer(client: Client, **more: object) -> object:
    return client.post(reverse("invitations", args=["here"]), {"address": NEW, "role": "", "programme": "", **more})


def accept(client: Client, key: str, once: str = "") -> object:
    return client.post(reverse("invitation", args=[key]), {"once": once})


def test_from_the_page_to_belonging(client, hub):
    """One whole way: made, sent, opened, proved by a code, accepted."""
    sign_in(client, door.person(hub, "Ada Admin", role="admin"))
    page = offer(client, send="on", name="Nia New", role="evaluator")
    shown = client.get(page.headers["Location"]).content.decode()
    url = re.search(r'value="http://testserver(/invitation/[^"]+)"', shown).group(1)
    assert '<path d="M' in shown
    assert Letter.objects.get(kind="invitation").values["path"] == url
    nia = Client()
    first = nia.get(url).content.decode()
    assert "Here invites you" in first and "Evaluator" in first
    go = nia.post(url)
    done = nia.post(go.headers["Location"], {"code": code_for(NEW), "next": url})
    assert done.headers["Location"] == url
    assert nia.post(url).status_code == 302
    person = Person.objects.get(hub=hub, user__email=NEW)
    assert person.name == "Nia New"
    assert Membership.objects.get(person=person).granted_at is None  # evaluators are adults whose age staff confirmed


def test_the_link_is_shown_once_and_its_key_kept_nowhere(client, hub):
    sign_in(client, door.person(hub, "Ada Admin", role="admin"))
    to = offer(client).headers["Location"]
    key = re.search(r"/invitation/([^/]+)/", client.get(to).content.decode()).group(1)
    assert key not in client.get(to).content.decode()
    row = Invitation.objects.get()
    assert len(key) == 43 and key not in str(row.__dict__) and len(row.key_hash) == 64
    assert not Letter.objects.exists()  # only sent when asked to


WHO_OFFERS = {
    "organiser": {"", "mentee", "mentor"},
    "lead": {"", "mentee", "mentor", "organiser", "moderator", "evaluator", "partner"},
    "safeguarding": {"", "safeguarding", "deputy"},
    "admin": {"", "mentor", "mentee", "organiser", "moderator", "lead", "evaluator", "partner", "admin", "convenor"},
}


@pytest.mark.parametrize("role", WHO_OFFERS)
@pytest.mark.parametrize("offered", ["", *Membership.Role.values])
def test_nobody_offers_a_role_they_may_not(client, hub, role, offered):
    within = door.programme(hub) if role in {"organiser", "lead"} else None
    sign_in(client, door.person(hub, "Rae Role", role=role, within=within))
    answer = offer(client, role=offered, programme=str(within.pk) if within and offered else "")
    assert (answer.status_code == 302) is (offered in WHO_OFFERS[role])
    assert Invitation.objects.exists() is (offered in WHO_OFFERS[role])


def test_the_form_and_the_table_say_the_same(hub):
    within = door.programme(hub)
    for role, roles in WHO_OFFERS.items():
        somebody = door.person(hub, f"{role} Role", role=role, within=within if role in {"organiser", "lead"} else None)
        assert set(invitations.offers(actor(somebody))) == roles


@pytest.mark.parametrize("role", ["organiser", "lead"])
def test_nobody_offers_a_role_in_another_programme_or_the_whole_hub(hub, role):
    mine, other = door.programme(hub), door.programme(hub, "Listening")
    somebody = door.person(hub, "Rae Role", role=role, within=mine)
    for programme in (other, None):
        with pytest.raises(Refused):
            made(somebody, role="mentee", programme=programme)
    assert made(somebody, role="mentee", programme=mine)


@pytest.mark.parametrize("role", ["", "mentor", "mentee", "evaluator", "partner"])
def test_whoever_takes_part_invites_nobody(client, hub, role):
    sign_in(client, door.person(hub, "Pat Part", role=role))
    assert offer(client).status_code == 404


def test_nobody_invites_themselves(hub):
    admin = door.person(hub, "Ada Admin", role="admin")
    user_of(admin)
    with pytest.raises(Refused):
        made(admin, address=admin.user.email.upper(), role="lead")


def test_the_same_form_twice_makes_one_invitation(client, hub):
    sign_in(client, door.person(hub, "Ada Admin", role="admin"))
    first, second = offer(client, once="a" * 24), offer(client, once="a" * 24)
    assert first.headers["Location"] == second.headers["Location"]
    assert Invitation.objects.count() == 1


def test_an_admins_role_counts_at_once_for_a_confirmed_adult(hub):
    admin, adult = door.person(hub, "Ada Admin", role="admin"), door.person(hub, "Ulf Adult")
    row, _key = made(admin, address=user_of(adult).email, role="organiser")
    invitations.accept(by=adult.user, invitation=row)
    assert "organiser" in roles_of(adult)


def test_what_an_organiser_offers_waits_for_somebody_who_may_give_it(hub):
    within = door.programme(hub)
    row, _key = made(door.person(hub, "Oskar O", role="organiser", within=within), role="mentee", programme=within)
    person = invitations.accept(by=invitations.sign_in_for(NEW), invitation=row)
    proposed = Membership.objects.get(person=person)
    assert (proposed.role, proposed.granted_at, proposed.programme) == ("mentee", None, within)
    assert "mentee" not in roles_of(person)


def test_a_role_offered_by_somebody_who_has_left_is_not_even_proposed(hub):
    """Rights end with the role, also those in letters on their way."""
    admin = door.person(hub, "Ada Admin", role="admin")
    row, _key = made(admin, role="lead")
    Membership.objects.filter(person=admin).update(until=timezone.localdate())
    person = invitations.accept(by=invitations.sign_in_for(NEW), invitation=row)
    assert not Membership.objects.filter(person=person).exists()


def test_an_invitation_for_one_address_is_of_no_use_to_another(client, hub):
    _row, key = made(door.person(hub, "Ada Admin", role="admin"), role="lead")
    sign_in(client, door.person(door.hub("there"), "Otto Other"))
    assert accept(client, key).status_code == 200
    assert Invitation.objects.get().used_at is None
    assert not Person.objects.filter(hub=hub, user=client.session["_auth_user_id"]).exists()


def test_whoever_holds_only_the_link_does_not_get_in(client, hub):
    """The inviter copied it, perhaps: the code to the address is the proof."""
    _row, key = made(door.person(hub, "Ada Admin", role="admin"))
    client.post(reverse("invitation", args=[key]))
    assert "_auth_user_id" not in client.session
    assert Invitation.objects.get().used_at is None


def test_accepting_twice_joins_once(client, hub):
    _row, key = made(door.person(hub, "Ada Admin", role="admin"))
    sign_in_user(client, invitations.sign_in_for(NEW))
    first, second = accept(client, key, "b" * 24), accept(client, key, "b" * 24)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert accept(client, key, "c" * 24).status_code == 404
    assert Person.objects.filter(hub=hub, user__email=NEW).count() == 1


def spoil(row: Invitation, how: str) -> None:
    now = timezone.now()
    fields = {"used": {"used_at": now}, "late": {"expires_at": now}, "withdrawn": {"withdrawn_at": now}}[how]
    Invitation.objects.filter(pk=row.pk).update(**fields)


def plain(html: bytes) -> str:
    return re.sub(r'(name="(csrfmiddlewaretoken|once)" value=")[^"]*', r"\1", html.decode())


@pytest.mark.parametrize("method", ["get", "post"])
def test_used_late_withdrawn_and_unknown_are_the_same_page(hub, method):
    """Whoever finds a link learns nothing from it."""
    admin = door.person(hub, "Ada Admin", role="admin")
    keys = [invitations.new_key()]
    for how in ("used", "late", "withdrawn"):
        row, key = made(admin, address=f"{how}@new.example.org")
        spoil(row, how)
        keys.append(key)
    answers = [getattr(Client(), method)(reverse("invitation", args=[key])) for key in keys]
    assert {a.status_code for a in answers} == {404}
    assert len({plain(a.content) for a in answers}) == 1


def test_after_fourteen_days_it_is_over(hub):
    row, _key = made(door.person(hub, "Ada Admin", role="admin"))
    assert timedelta(days=13) < row.expires_at - timezone.now() <= timedelta(days=14)
    spoil(row, "late")
    with pytest.raises(Refused):
        invitations.accept(by=invitations.sign_in_for(NEW), invitation=row)


def test_taking_back(client, hub):
    admin = door.person(hub, "Ada Admin", role="admin")
    row, key = made(admin)
    sign_in(client, admin)
    where = reverse("invitation_withdraw", args=["here", row.pk])
    assert client.post(where).status_code == 302
    assert client.post(where).status_code == 302
    assert invitations.find(key) is None
    assert Event.objects.filter(did="withdraw").count() == 1


def test_an_organiser_sees_and_takes_back_only_their_own(client, hub):
    row, _key = made(door.person(hub, "Ada Admin", role="admin"))
    sign_in(client, door.person(hub, "Oskar Organiser", role="organiser"))
    assert NEW not in client.get(reverse("invitations", args=["here"])).content.decode()
    assert client.post(reverse("invitation_withdraw", args=["here", row.pk])).status_code == 404


def test_somebody_invited_by_name_becomes_that_person(hub):
    admin, waiting = door.person(hub, "Ada Admin", role="admin"), door.person(hub, "Wendy Waiting")
    row, _key = made(admin)
    Invitation.objects.filter(pk=row.pk).update(person=waiting)
    row.refresh_from_db()
    assert invitations.accept(by=invitations.sign_in_for(NEW), invitation=row) == waiting


def test_a_person_who_has_a_sign_in_is_not_taken_over(hub):
    admin, taken = door.person(hub, "Ada Admin", role="admin"), door.person(hub, "Tess Taken")
    user_of(taken)
    row, _key = made(admin)
    Invitation.objects.filter(pk=row.pk).update(person=taken)
    row.refresh_from_db()
    with pytest.raises(Refused):
        invitations.accept(by=invitations.sign_in_for(NEW), invitation=row)
    assert Invitation.objects.get().used_at is None  # the refusal undid the claim


def test_a_first_safeguarding_lead_counts_once_accepted_and_is_another_person(hub):
    admin = door.person(hub, "Ada Admin", role="admin")
    user_of(admin)
    with pytest.raises(Refused):
        invitations.invite_first(hub=hub, by=admin, address=admin.user.email, name="", role="safeguarding")
    with pytest.raises(Refused):
        invitations.invite_first(hub=hub, by=admin, address=NEW, name="", role="lead")
    row, _key = invitations.invite_first(hub=hub, by=admin, address=NEW, name="Nia", role="safeguarding")
    person = invitations.accept(by=invitations.sign_in_for(NEW), invitation=row)
    assert "safeguarding" in roles_of(person)


def test_once_somebody_looks_after_safety_another_takes_two_people(hub):
    """Whoever runs the site proposes, whoever looks after safety says yes: not one of them alone."""
    safe = door.person(hub, "Safiya Safe", role="safeguarding")
    user_of(safe)
    row, _key = invitations.invite_first(hub=hub, address=NEW, name="Nia", role="safeguarding")
    person = invitations.accept(by=invitations.sign_in_for(NEW), invitation=row)
    assert "safeguarding" not in roles_of(person)
    waiting = Membership.objects.get(person=person, role="safeguarding")
    assert waiting.granted_at is None and person.adult_on is None  # nor does a link make anybody grown up
    assert Letter.objects.filter(to=person, kind="role_proposed").count() == 1
    Person.objects.filter(pk=person.pk).update(adult_on=timezone.localdate())
    people.grant_role(by=safe, membership=waiting)
    assert "safeguarding" in roles_of(Person.objects.get(pk=person.pk))


def test_a_safeguarding_lead_whose_sign_in_was_closed_holds_up_nobody(hub):
    """Else a hub whose only lead is gone could never have another."""
    gone = door.person(hub, "Gus Gone", role="safeguarding")
    User.objects.filter(pk=user_of(gone).pk).update(is_active=False)
    row, _key = invitations.invite_first(hub=hub, address=NEW, name="Nia", role="safeguarding")
    assert "safeguarding" in roles_of(invitations.accept(by=invitations.sign_in_for(NEW), invitation=row))


def test_the_list_asks_the_same_number_of_questions_for_many(client, hub):
    from django.test.utils import CaptureQueriesContext

    admin = door.person(hub, "Ada Admin", role="admin")
    sign_in(client, admin)
    counts = []
    for number in range(2):
        for n in range(20 * number + 1):
            made(admin, address=f"n{number}-{n}@new.example.org")
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("invitations", args=["here"]))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def at_once(number: int, work: object) -> list[str]:
    """Let many do the same in the same moment; a database that says "busy" is asked again, as a person would."""
    start, said = threading.Barrier(number), []

    def run() -> None:
        start.wait()
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                try:
                    work()
                    said.append("won")
                    return
                except Refused:
                    said.append("refused")
                    return
                except OperationalError:
                    connections["default"].close()
                    time.sleep(0.02)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@pytest.mark.slow
def test_fifty_clicks_in_the_same_moment_join_once(committed, hub):
    row, _key = made(door.person(hub, "Ada Admin", role="admin"))
    user = User.objects.get(pk=invitations.sign_in_for(NEW).pk)
    said = at_once(50, lambda: invitations.accept(by=user, invitation=row))
    assert sorted(said) == ["refused"] * 49 + ["won"]
    assert Person.objects.filter(hub=hub, user=user).count() == 1


def test_a_safeguarding_lead_does_not_appoint_a_deputy_alone(hub):
    """Two people give this role, by an invitation as by hand: the invitation is the first yes, not both."""
    safe, other = door.person(hub, "Safiya Safe", role="safeguarding"), door.person(hub, "Ulf Adult")
    row, _key = made(safe, address=user_of(other).email, role="deputy")
    invitations.accept(by=other.user, invitation=row)
    assert Membership.objects.get(person=other, role="deputy").granted_at is None
    assert "deputy" not in roles_of(other)


def test_an_invitation_of_somebody_whose_sign_in_was_closed_gives_no_role(hub):
    admin, adult = door.person(hub, "Ada Admin", role="admin"), door.person(hub, "Ulf Adult")
    row, _key = made(admin, address=user_of(adult).email, role="organiser")
    user = user_of(admin)
    user.is_active = False
    user.save()
    invitations.accept(by=adult.user, invitation=Invitation.objects.get(pk=row.pk))
    assert not Membership.objects.filter(person=adult).exists()
