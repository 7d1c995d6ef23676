"""SIGKILL in the middle of votes, lists, matches, concerns and erasures: in short what `dev.py faults kills` does."""

from __future__ import annotations

import os

import pytest

from tests.faults import kills

pytestmark = [pytest.mark.faults, pytest.mark.slow]
KILLS = 3


def test_nothing_acknowledged_is_lost_doubled_or_half_done():
    on = "postgres" if os.environ.get("UPWELL_TEST_ON") == "postgres" else "sqlite"
    found = kills.run(KILLS, seed=4, on=on)
    assert found.bad == 0, "\n".join(found.lines())
    assert found.kills == KILLS and found.acknowledged.total() >= KILLS


class Liar:
    """A site that answers as it likes: a planted hole for each thing that is counted."""

    postgres = None
    port = 0

    def __init__(self, **answers: object) -> None:
        clean = {"votes": [], "consents": [], "talks": [], "lists": [], "matches": [], "forgotten": [], "users": {}}
        nothing = {"words": [], "broken": 0, "letters": 0}
        self.answers = {**clean, "concerns": nothing, "failed_jobs": [], "whole": "", **answers}

    def ask(self, what: str, **_: object) -> object:
        return self.answers[what]


def campaign(liar: Liar, *sent: tuple[str, dict[str, object]]) -> kills.Campaign:
    """Return a campaign on a liar, in which these forms were answered with yes."""
    from tests.faults.browser import Answer, Browser, Journal, Sent

    one = object.__new__(kills.Campaign)
    one.site, one.figures, one.journal, one.from_here = liar, kills.Figures(), Journal(), 0
    one.world = {"people": {"neighbour 0": {"number": 7}}}
    yes = Answer(302, "", "/")
    by = Browser(0)
    by.get = lambda path: Answer(200, "", "")  # type: ignore[method-assign]
    one.journal.sent = [Sent(kind, facts, by, "/", {}, {}, yes) for kind, facts in sent]
    return one


VOTE = ("vote", {"person": 7, "statement": 3, "value": 1})
YES = ("consent", {"person": 7, "purpose": "quote", "given": True})
WORRY = ("concern", {"words": "W"})
LIST = [("list", {"tag": "T", "size": 40}), ("load", {"tag": "T", "size": 40})]
GONE = ("forget", {"name": "G", "person": 9})
HELD = {"name": "G", "whole": False, "gone": True, "ledger": True, "scrubbed": True, "bytes": 0}
ROUND = [("run", {"round": 5}), ("approve", {"round": 5})]
JOINED = [("sign_in", {"email": "a@example.org"}), ("join", {"email": "a@example.org"})]
MATCHED = {"round": 5, "state": "approved", "pairs": 6, "threads": [1] * 6, "letters": 12}


@pytest.mark.parametrize(
    ("what", "answers", "sent"),
    [
        ("lost", {}, [VOTE]),
        ("lost", {"votes": [[7, 3, -1]]}, [VOTE]),
        ("doubled", {"votes": [[7, 3, 1], [7, 3, 1]]}, [VOTE]),
        ("lost", {}, [YES]),
        ("doubled", {"consents": [[7, "quote", True], [7, "quote", True]]}, [YES]),
        ("lost", {}, [WORRY]),
        ("doubled", {"concerns": {"words": ["W", "W"], "broken": 0, "letters": 2}}, [WORRY]),
        ("doubled", {"concerns": {"words": ["W"], "broken": 0, "letters": 2}}, [WORRY]),
        ("partial", {"concerns": {"words": ["W"], "broken": 1, "letters": 1}}, [WORRY]),
        ("lost", {"lists": [{"tag": "T", "batches": ["done"], "people": 39}]}, LIST),
        ("doubled", {"lists": [{"tag": "T", "batches": ["done", "done"], "people": 80}]}, LIST),
        ("partial", {"lists": [{"tag": "T", "batches": ["checked"], "people": 3}]}, LIST[:1]),
        ("lost", {"forgotten": [HELD | {"ledger": False}]}, [GONE]),
        ("lost", {"forgotten": [HELD | {"bytes": 1}]}, [GONE]),
        ("partial", {"forgotten": [HELD | {"gone": False}]}, [GONE]),
        ("lost", {"matches": [MATCHED | {"state": "matched"}]}, ROUND),
        ("partial", {"matches": [MATCHED | {"threads": [1] * 5 + [0]}]}, ROUND),
        ("doubled", {"matches": [MATCHED | {"letters": 24}]}, ROUND),
        ("lost", {"users": {"a@example.org": [1, 0]}}, JOINED),
        ("doubled", {"users": {"a@example.org": [1, 2]}}, JOINED[:1]),
        ("partial", {"whole": "integrity: no"}, []),
        ("lost", {"failed_jobs": ["core.erase_person"]}, []),
    ],
)  # fmt: skip
def test_every_kind_of_loss_is_seen(what, answers, sent):
    """Counting that could find nothing would look like a site that loses nothing."""
    one = campaign(Liar(**answers), *sent)
    one.halves()
    one.check()
    assert getattr(one.figures, what), list(one.figures.lines())


def test_nothing_is_found_where_nothing_is_wrong():
    whole = Liar(
        votes=[[7, 3, 1]],
        consents=[[7, "quote", True]],
        concerns={"words": ["W"], "broken": 0, "letters": 1},
        lists=[{"tag": "T", "batches": ["done"], "people": 40}],
        forgotten=[HELD],
        matches=[MATCHED],
    )
    one = campaign(whole, VOTE, YES, WORRY, *LIST, GONE, *ROUND)
    one.halves()
    one.check()
    assert one.figures.bad == 0, list(one.figures.lines())
