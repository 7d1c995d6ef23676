"""The nouns that several verbs need, one file each."""

from upwell_site.core.models.bringing import Batch, BatchRow
from upwell_site.core.models.consent import Consent, ConsentText
from upwell_site.core.models.data_request import DataRequest
from upwell_site.core.models.duplicate import Duplicate, Merge
from upwell_site.core.models.event import Event, Once
from upwell_site.core.models.hub import Entry, Hub, HubText, Member
from upwell_site.core.models.invitation import Invitation, Link
from upwell_site.core.models.job import Job
from upwell_site.core.models.letter import Letter, NoticeChoice
from upwell_site.core.models.look import Look
from upwell_site.core.models.organisation import Organisation
from upwell_site.core.models.person import Membership, Person
from upwell_site.core.models.place import Place
from upwell_site.core.models.programme import Attendance, Programme, Session, Training
from upwell_site.core.models.site import Site
from upwell_site.core.models.standing import Standing
from upwell_site.core.models.thread import Message, Seat, Thread
from upwell_site.core.models.tie import Tie
from upwell_site.core.models.user import User

__all__ = [
    "Attendance",
    "Batch",
    "BatchRow",
    "Consent",
    "ConsentText",
    "DataRequest",
    "Duplicate",
    "Entry",
    "Event",
    "Hub",
    "HubText",
    "Invitation",
    "Job",
    "Letter",
    "Link",
    "Look",
    "Member",
    "Membership",
    "Merge",
    "Message",
    "NoticeChoice",
    "Once",
    "Organisation",
    "Person",
    "Place",
    "Programme",
    "Seat",
    "Session",
    "Site",
    "Standing",
    "Thread",
    "Tie",
    "Training",
    "User",
]
