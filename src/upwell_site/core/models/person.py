"""A person as one hub knows them, and the dated roles they were given there."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from upwell_site.core.privacy import CONTACT, DATE, IDENTITY, LINK, NONE, PLACE, WORDS, Personal
from upwell_site.core.tenancy import HubRow

ADULT_AT = 18


def years_between(born: date, day: date) -> int:
    """Return full years; somebody born on 29 February is a year older on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def adult_day(born: date) -> date:
    """Return the day somebody turns 18."""
    try:
        return born.replace(year=born.year + ADULT_AT)
    except ValueError:  # born on 29 February: a year older on 1 March in other years
        return date(born.year + ADULT_AT, 3, 1)


def filled(name: str, index: str) -> models.Index:
    """Return an index of the rows in which a link leads somewhere: a million people without one cost it nothing."""
    return models.Index(fields=[name], name=index, condition=Q(**{f"{name}__isnull": False}))


class Person(HubRow):
    """A person. Never deleted but emptied: fields blank, number kept, so that history adds up."""

    # `hub` begins another index; links that are nearly always empty have an index of those that are not: see `Meta`.
    hub = models.ForeignKey("core.Hub", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)
    user = models.ForeignKey(
        "core.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="persons", db_index=False
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    folded = models.CharField(max_length=120, editable=False, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True, max_length=254)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    sector = models.CharField(
        _("postcode"), max_length=8, blank=True, help_text="the postcode without its last two letters"
    )
    place = models.ForeignKey(
        "core.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(
        "core.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="people", db_index=False
    )
    languages = models.JSONField(_("languages"), default=list, blank=True)
    about = models.TextField(_("a few words about you"), blank=True, max_length=1000)
    contact_ok = models.BooleanField(_("organisers may get in touch"), default=False)
    listed = models.BooleanField(_("may be found by other people here"), default=False)
    born = models.DateField(_("date of birth"), null=True, blank=True)
    adult_on = models.DateField(null=True, editable=False, help_text="the 18th birthday, once staff confirmed the date")
    born_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    born_claimed = models.DateField(
        null=True, editable=False, help_text="makes somebody adult once a second person agrees"
    )
    born_claimed_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    outside_id = models.CharField(
        max_length=80, blank=True, help_text="their number in the list they were brought in from"
    )
    client_id = models.UUIDField(null=True, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", editable=False, db_index=False
    )
    emptied_at = models.DateTimeField(null=True, editable=False)

    personal = Personal(
        subject="id",
        others=("born_by", "born_claimed_by", "merged_into"),
        basis="membership",
        keep="while_here",
        on_erase="blank",
        stays=("joined_at", "emptied_at", "merged_into"),
        fields={
            "user": LINK,
            "name": IDENTITY,
            "folded": IDENTITY,
            "email": CONTACT,
            "phone": CONTACT,
            "sector": PLACE,
            "place": PLACE,
            "organisation": LINK,
            "languages": NONE,
            "about": WORDS,
            "listed": NONE,
            "born": DATE,
            "adult_on": DATE,
            "contact_ok": NONE,
            "born_by": LINK,
            "born_claimed": DATE,
            "born_claimed_by": LINK,
            "outside_id": LINK,
            "client_id": LINK,
            "joined_at": DATE,
            "merged_into": LINK,
            "emptied_at": DATE,
        },
    )

    class Meta:
        ordering = ["folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "user"], condition=Q(user__isnull=False), name="core_person_user"),
            models.UniqueConstraint(
                fields=["hub", "outside_id"], condition=~Q(outside_id=""), name="core_person_outside"
            ),
            models.UniqueConstraint(
                fields=["hub", "client_id"], condition=Q(client_id__isnull=False), name="core_person_client"
            ),
            models.CheckConstraint(
                condition=Q(listed=False) | Q(adult_on__isnull=False), name="core_person_only_adults_listed"
            ),
            models.CheckConstraint(
                condition=Q(born_claimed__isnull=True) | Q(born_claimed_by__isnull=False),
                name="core_person_claim_paired",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "folded"], name="core_person_folded"),
            models.Index("hub", Lower("email"), name="core_person_email"),
            filled("user", "core_person_user_filled"),
            filled("place", "core_person_place_filled"),
            filled("organisation", "core_person_org_filled"),
            filled("born_by", "core_person_born_filled"),
            filled("born_claimed_by", "core_person_claim_filled"),
            filled("merged_into", "core_person_merged"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def is_adult(self) -> bool:
        """Whether staff confirmed an age of 18 or more. Age unknown counts as young."""
        return self.adult_on is not None and self.adult_on <= timezone.localdate()

    @property
    def age(self) -> int | None:
        """Full years, when the date of birth is known."""
        return None if self.born is None else years_between(self.born, timezone.localdate())

    @cached_property
    def numbers(self) -> list[int]:
        """Every number they have had here: their own, and those of records that were made one with it."""
        return [self.pk, *Person.objects.filter(hub_id=self.hub_id, merged_into=self.pk).values_list("pk", flat=True)]

    @property
    def short_name(self) -> str:
        """First name and an initial: "Semira T."."""
        first, _, rest = self.name.partition(" ")
        return f"{first} {rest.split(' ')[-1][:1]}." if rest else first


class Membership(HubRow):
    """A role somebody was given, from a day until a day, in one programme or the whole hub."""

    class Role(models.TextChoices):
        MENTOR = "mentor", _("Mentor")
        ORGANISER = "organiser", _("Organiser")
        MODERATOR = "moderator", _("Moderator of statements")
        LEAD = "lead", _("Programme lead")
        SAFEGUARDING = "safeguarding", _("Safeguarding lead")
        DEPUTY = "deputy", _("Deputy safeguarding lead")
        EVALUATOR = "evaluator", _("Evaluator or trustee")
        PARTNER = "partner", _("Partner contact")
        ADMIN = "admin", _("Hub admin")
        CONVENOR = "convenor", _("Convenor")
        MENTEE = "mentee", _("Taking part")

    hub = models.ForeignKey("core.Hub", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=14, choices=Role)
    programme = models.ForeignKey(
        "core.Programme", null=True, blank=True, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    granted_at = models.DateTimeField(null=True)
    first = models.BooleanField(default=False, help_text="given by the operator when the hub began")

    personal = Personal(
        subject="person",
        others=("proposed_by", "granted_by"),
        basis="membership",
        keep="7_years",
        since="until",
        on_erase="keep",
        fields={
            "person": LINK,
            "role": NONE,
            "programme": NONE,
            "since": DATE,
            "until": DATE,
            "proposed_by": LINK,
            "granted_by": LINK,
            "granted_at": DATE,
            "first": NONE,
        },
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(granted_by=F("person")), name="core_membership_not_by_oneself"),
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True) | Q(granted_by__isnull=False) | Q(first=True),
                name="core_membership_granted_paired",
            ),
            models.UniqueConstraint(
                fields=["hub", "person", "role", "programme"],
                condition=Q(until__isnull=True),
                name="core_membership_live",
            ),
            models.UniqueConstraint(
                fields=["hub", "person", "role"],
                condition=Q(until__isnull=True, programme__isnull=True),
                name="core_membership_live_hub",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "programme", "role"], name="core_membership_programme"),
            filled("programme", "core_membership_prog_filled"),
            filled("proposed_by", "core_membership_prop_filled"),
            filled("granted_by", "core_membership_gran_filled"),
        ]
