"""The hubs of the example, their texts, organisations, programmes and trainings."""

from __future__ import annotations

from django.utils import timezone

from upwell_site.core.example.words import CONSENTS, HUB_TEXTS
from upwell_site.core.example.world import World
from upwell_site.core.models import (
    ConsentText,
    Hub,
    HubText,
    Member,
    Organisation,
    Programme,
    Session,
    Training,
)
from upwell_site.core.text import fold

HUBS = (
    Hub(
        slug="spring-lane",
        name="Spring Lane Hub",
        kind="hub",
        controller="Spring Lane Neighbours (an invented charity)",
        about=(
            "Neighbours from Gipton, Harehills and the streets around listen to each other, at the door and over tea. "
            "What many say, some of us take on.\nEveryone who raises something hears what happened."
        ),
        contact="0113 496 0182",
        drop_in="Thursdays 10 to 12, Beckside Library",
        takes_under_18s=True,
    ),
    Hub(
        slug="onward",
        name="Onward Mentoring Leeds",
        kind="provider",
        controller="Onward Mentoring (an invented charity)",
        about="We bring young people of Leeds together with somebody who has been where they want to go.",
        contact="hello@onward.example.org",
        drop_in="Mondays 4 to 6, Kirkgate Rooms",
        takes_under_18s=True,
    ),
    Hub(
        slug="aire-council",
        name="Aire City Council",
        kind="council",
        controller="Aire City Council (invented)",
        about="Departments of the council talk with neighbours, and say in public what they will do.",
        contact="0113 496 0300",
        drop_in="Weekdays 9 to 5, any community hub",
    ),
    Hub(
        slug="leeds-together",
        name="Leeds Together Network",
        kind="network",
        controller="Leeds Together (invented)",
        about="Hubs, programmes and departments that learn from each other. People come in by themselves.",
        contact="hello@together.example.org",
    ),
)
AT = {"spring-lane": "leeds-060", "onward": "council-leeds", "aire-council": "council-leeds"}
AT["leeds-together"] = "council-leeds"

# sector, level, name; a name with " / " stands within the one before the stroke
ORGANISATIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "spring-lane": (
        ("community", "community", "Larkfield Court Tenants"),
        ("community", "community", "Fennel Row Neighbours"),
        ("charity", "community", "Beckside Community Kitchen"),
        ("charity", "community", "Warm and Dry East Leeds"),
        ("faith", "community", "St Aidan’s Food Table"),
        ("faith", "community", "Noor Street Mosque Kitchen"),
        ("faith", "community", "Guru Nanak Lane Langar"),
        ("school", "services", "Spring Lane Primary School"),
        ("school", "services", "Fearnbeck Academy"),
        ("health", "services", "Beckside Surgery"),
        ("council", "services", "Beckside Library"),
        ("elected", "local", "Ward councillors’ surgery, Gipton and Harehills"),
        ("elected", "national", "Office of the Member of Parliament"),
        ("public", "services", "Neighbourhood police, Beckside"),
        ("business", "community", "Ali’s Corner Shop"),
        ("business", "services", "Aire Valley Buses"),
        ("housing", "services", "Northbeck Homes"),
        ("media", "community", "Beckside Radio"),
        ("funder", "local", "Three Becks Fund"),
    ),
    "onward": (
        ("school", "services", "Fearnbeck Academy"),
        ("school", "services", "Aireside College"),
        ("school", "services", "Southgate Sixth Form"),
        ("charity", "community", "Open Door for Young Carers"),
        ("business", "services", "Hepton Lifts"),
        ("business", "services", "Calder Engineering"),
        ("health", "services", "Aire Hospitals, apprentices’ office"),
        ("funder", "local", "Three Becks Fund"),
    ),
    "aire-council": (
        ("council", "local", "Aire City Council"),
        ("council", "services", "Aire City Council / Housing"),
        ("council", "services", "Aire City Council / Highways"),
        ("council", "services", "Aire City Council / Parks and streets"),
        ("council", "services", "Aire City Council / Children and families"),
        ("council", "services", "Aire City Council / Adult social care"),
        ("council", "services", "Aire City Council / Public health"),
        ("council", "services", "Aire City Council / Libraries and hubs"),
        ("council", "services", "Aire City Council / Planning"),
        ("elected", "local", "Executive board"),
        ("elected", "local", "Inner East community committee"),
    ),
    "leeds-together": (
        ("community", "community", "Spring Lane Hub"),
        ("charity", "community", "Onward Mentoring Leeds"),
        ("council", "local", "Aire City Council"),
    ),
}

# hub, short name, name, kind, what it is
PROGRAMMES = (
    ("spring-lane", "listening", "Listening on Spring Lane", "listening", "Talks at the door, and what comes of them."),
    (
        "spring-lane",
        "kitchen",
        "Holiday kitchen",
        "other",
        "Lunch and games in every school holiday, run by neighbours.",
    ),
    ("onward", "mentoring", "Onward mentoring", "mentoring", "An hour a fortnight with somebody who is on your side."),
    ("onward", "university", "First steps to university", "mentoring", "For the first in a family to go."),
    (
        "aire-council",
        "neighbours",
        "Talking with neighbours",
        "listening",
        "Staff of the council listen, street by street.",
    ),
    (
        "leeds-together",
        "learning",
        "Learning together",
        "learning",
        "Four meetings a year. Everybody brings a question.",
    ),
)

PAGES = {
    "Listening well": (
        "## You are there to hear\n\nAsk one question, and then wait. Silence is not empty. "
        "Say back what you heard, in their words.",
        "## Write it down as it was said\n\nNot what you think it means. Ask before you go: may we share these words? "
        "A no is a good answer too.",
        "## Do what you said\n\nPromise little. Write down by when. If it does not work, ring and say so.",
    ),
    "Being a mentor": (
        "## You are not a teacher\n\nYou are somebody who has time, and who believes that they can. "
        "The young person chooses what you talk about.",
        "## Seen by others\n\nYou meet in places where other adults are. You write only here, where two adults can "
        "read along. You never swap private numbers.",
        "## When something worries you\n\nListen. Do not promise to keep it a secret. Tell the safeguarding lead the "
        "same day, in the words that were used.",
    ),
}
CHECKS = {
    "Listening well": (
        {
            "question": "Somebody says no to sharing. What do you do?",
            "answers": ["Ask again later", "Write it down as a no"],
            "right": 1,
        },
        {"question": "What do you write down?", "answers": ["Their words", "What they must have meant"], "right": 0},
        {
            "question": "You cannot keep a promise. What now?",
            "answers": ["Ring and say so", "Wait until they ask"],
            "right": 0,
        },
    ),
    "Being a mentor": (
        {"question": "Where do you meet?", "answers": ["Where other adults are", "Wherever it suits"], "right": 0},
        {
            "question": "They ask for your number.",
            "answers": ["Give it, it is only a number", "Say that you write here, and why"],
            "right": 1,
        },
        {
            "question": "They tell you that somebody hurts them, and ask you to tell nobody.",
            "answers": ["Promise it", "Say kindly that you must tell, and tell the same day"],
            "right": 1,
        },
    ),
}


def build(world: World) -> None:
    """Make the hubs and what belongs to each."""
    for spec in HUBS:
        hub = Hub(**{f.name: getattr(spec, f.name) for f in Hub._meta.concrete_fields if f.name not in ("id", "place")})
        hub.place, hub.example = world.places[AT[hub.slug]], True
        hub.created_at = timezone.now()
        hub.save()
        world.hubs[hub.slug] = hub
    network = world.hubs["leeds-together"]
    for slug in ("spring-lane", "onward", "aire-council"):
        Member.objects.create(hub=network, member=world.hubs[slug], since=world.days_ago(200))
    for hub in world.hubs.values():
        _texts(hub)
        _organisations(world, hub)
    _programmes(world)
    _trainings(world)


def _texts(hub: Hub) -> None:
    HubText.objects.bulk_create(HubText(hub=hub, kind=kind, text=text) for kind, text in HUB_TEXTS.items())
    ConsentText.objects.bulk_create(
        ConsentText(hub=hub, purpose=purpose, version=1, text=text, digest=ConsentText.digest_of(text))
        for purpose, text in CONSENTS.items()
    )


def _organisations(world: World, hub: Hub) -> None:
    """Most stand near the hub's own place; departments stand within their council."""
    near, weights = world.near(hub.place.code if hub.slug == "spring-lane" and hub.place else "leeds-111", 1.2)
    made: list[Organisation] = []
    for sector, level, name in ORGANISATIONS[hub.slug]:
        above = next((o for o in made if name.startswith(f"{o.name} / ")), None)
        name = name.rpartition(" / ")[2]
        made.append(
            Organisation.objects.create(
                hub=hub,
                name=name,
                folded=fold(name),
                sector=sector,
                level=level,
                within=above,
                place=world.rng.choices(near, weights)[0],
            )
        )
    world.organisations[hub.slug] = made


def _programmes(world: World) -> None:
    for slug, key, name, kind, about in PROGRAMMES:
        hub = world.hubs[slug]
        world.programmes[key] = Programme.objects.create(
            hub=hub, name=name, kind=kind, about=about, place=hub.place, starts=world.days_ago(250), public=True
        )


def _trainings(world: World) -> None:
    for key, name in (("listening", "Listening well"), ("mentoring", "Being a mentor")):
        programme = world.programmes[key]
        world.trainings[key] = Training.objects.create(
            hub=programme.hub,
            name=name,
            programme=programme,
            pages=list(PAGES[name]),
            check_questions=list(CHECKS[name]),
            pass_mark=3,
            valid_days=730,
        )
    for key, name, where in (
        ("door", "Safe at the door", "Beckside Library, upstairs"),
        ("safety", "Keeping young people safe", "Kirkgate Rooms, room 2"),
    ):
        programme = world.programmes["listening" if key == "door" else "mentoring"]
        training = Training.objects.create(hub=programme.hub, name=name, programme=programme, valid_days=1095)
        world.trainings[key] = training
        for days in (-12, 40):
            starts = world.moment(days, 18).replace(minute=0)
            Session.objects.create(hub=programme.hub, training=training, starts_at=starts, where=where, seats=16)
