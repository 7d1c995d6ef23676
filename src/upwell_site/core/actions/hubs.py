"""Writing hubs: their settings, their texts, the members of a network."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from upwell_site.core import policy
from upwell_site.core.events import log
from upwell_site.core.models import Hub, HubText, Member, Membership, Person
from upwell_site.core.refused import Refused, taken

EDITED = ("name", "about", "contact", "drop_in", "place", "controller", "org_id", "takes_under_18s")


def has_safeguarding_lead(hub: Hub) -> bool:
    """Whether somebody holds the role of safeguarding lead here today."""
    today = timezone.localdate()
    rows = Membership.objects.filter(
        hub=hub, role=Membership.Role.SAFEGUARDING, granted_at__isnull=False, since__lte=today
    )
    return bool(rows.filter(until__isnull=True).exists() or rows.filter(until__gt=today).exists())


def members_of(network: Hub) -> QuerySet[Member]:
    """Return the hubs that belong to a network today."""
    rows: QuerySet[Member] = Member.objects.filter(policy.live(Member), hub=network).select_related(
        "member", "member__place"
    )
    return rows.defer("member__place__outline").order_by("member__name")


@transaction.atomic
def edit_hub(*, by: Person, hub: Hub, **fields: Any) -> Hub:
    """Change what a hub says about itself. Under-18s only where somebody is appointed to look after their safety."""
    if wrong := set(fields) - set(EDITED):
        raise TypeError(f"not a setting of a hub: {', '.join(sorted(wrong))}")
    hub = Hub.objects.select_for_update().get(pk=hub.pk)
    if fields.get("takes_under_18s") and not has_safeguarding_lead(hub):
        raise Refused(_("Please appoint a safeguarding lead first. Then young people can take part here."))
    for name, value in fields.items():
        setattr(hub, name, value)
    hub.save(update_fields=list(fields))
    log(by, "edit", hub, hub=hub)
    return hub


@transaction.atomic
def write_text(*, by: Person | None, hub: Hub, kind: str, text: str) -> HubText | None:
    """Write a text of a hub as a new version; unchanged words keep theirs, and nothing is ever overwritten."""
    newest = HubText.objects.filter(hub=hub, kind=kind).order_by("-version").first()
    if text == (newest.text if newest else ""):
        return newest
    with taken(_("Somebody else changed this text just now. Please look at it again.")):
        row = HubText.objects.create(hub=hub, kind=kind, text=text, version=newest.version + 1 if newest else 1)
    log(by, "write_text", row, hub=hub)
    return row


def newest_texts(hub: Hub) -> dict[str, str]:
    """Return the newest words of each kind of text."""
    rows = HubText.objects.filter(hub=hub).order_by("kind", "version").values_list("kind", "text")
    return dict(rows)


@transaction.atomic
def add_member(*, by: Person, network: Hub, member: Hub) -> Member:
    """Let a hub belong to a network. The network sees what the hub publishes, never its people."""
    _must_be_network(network)
    if member.pk == network.pk:
        raise Refused(_("A network cannot belong to itself."))
    already = _("%(hub)s belongs to this network already.") % {"hub": member.name}
    row = Member.objects.select_for_update().filter(hub=network, member=member).first()
    if row is not None and row.until is None:
        raise Refused(already)
    if row is None:
        with taken(already):
            row = Member.objects.create(hub=network, member=member, since=timezone.localdate())
    else:
        row.since, row.until = timezone.localdate(), None
        row.save(update_fields=["since", "until"])
    log(by, "add_member", row)
    return row


@transaction.atomic
def end_member(*, by: Person, network: Hub, member: Hub) -> None:
    """End today that a hub belongs to a network. Its people who entered stay until they leave by themselves."""
    _must_be_network(network)
    rows = Member.objects.filter(hub=network, member=member, until__isnull=True)
    if not rows.update(until=timezone.localdate()):
        raise Refused(_("%(hub)s does not belong to this network.") % {"hub": member.name})
    log(by, "end_member", hub=network)


def _must_be_network(network: Hub) -> None:
    if not network.is_network:
        raise Refused(_("Only a network or an umbrella has hubs as members."))
