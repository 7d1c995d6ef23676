"""Mistakes planted in the source itself, each of which some test of the suite has to notice.

`python3 dev.py mutants` writes each into a copy of `src`, runs the test that ought to see it, and says how many died.
The short form of every day makes sure that each still fits into the source, and tries two.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: where, what stands there, what somebody might write instead, and who ought to see it."""

    what: str
    file: str
    old: str
    new: str
    seen_by: str

    def fits(self) -> bool:
        """Whether it can still be planted: what it replaces stands in the file once."""
        return (ROOT / "src" / self.file).read_text("utf-8").count(self.old) == 1

    def killed(self, *, plant: bool = True) -> bool:
        """Plant it in a copy and run the test; killed when the test turns red by failing, not by not starting.

        Without `plant` the copy is as it is: a test that is red then would kill anything.
        """
        with tempfile.TemporaryDirectory(prefix="upwell-mutant-") as folder:
            copy = Path(folder) / "src"
            shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copytree(ROOT / "docs", Path(folder) / "docs")  # the guides are read from beside the source
            file = copy / self.file
            if plant:
                file.write_text(file.read_text("utf-8").replace(self.old, self.new), "utf-8")
            env = {**os.environ, "PYTHONPATH": f"{copy}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
            line = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *self.seen_by.split()]
            done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
            return done.returncode == 1  # 2 and more: it did not start


C, S, L = "upwell_site/core", "upwell_site/sealed", "upwell_site/listen"
DOOR, PEOPLE, MACHINERY = "tests/site/door", "tests/site/people", "tests/site/machinery"
OPEN = "claimed_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()"
UNUSED = "used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()"
MUTANTS = [
    Mutant("the hub is forgotten", f"{C}/policy.py", "return rows.filter(hub_id=actor.hub_id)", "return rows",
           "tests/house/test_permissions.py"),
    Mutant("an age is flipped", f"{C}/models/person.py", "self.adult_on <= timezone.localdate()",
           "self.adult_on >= timezone.localdate()", f"{PEOPLE}/test_people.py"),
    Mutant("a yes nobody gave", f"{C}/actions/consent.py", "return bool(newest)", "return True",
           f"{PEOPLE}/test_consent.py"),
    Mutant("a code in the log", f"{C}/redact.py", 'text = NAMED.sub(r"\\1\\2[hidden]", text)', "pass",
           f"{MACHINERY}/test_log.py"),
    Mutant("a page kept for another reader", f"{C}/kept.py", "who = (actor.hub_id, actor.person_id,",
           "who = (actor.hub_id, 0,", "tests/site/hubs/test_kept.py"),
    Mutant("a link that is over", f"{C}/actions/links.py", f"key_hash=hash_of(key), {OPEN}",
           "key_hash=hash_of(key), claimed_at__isnull=True, withdrawn_at__isnull=True", f"{DOOR}/test_links.py"),
    Mutant("an invitation that is over", f"{C}/actions/invitations.py", f"key_hash=hash_of(key), {UNUSED}",
           "key_hash=hash_of(key), used_at__isnull=True, withdrawn_at__isnull=True", f"{DOOR}/test_invitations.py"),
    Mutant("an invitation used twice", f"{C}/actions/invitations.py", f"key_hash=hash_of(key), {UNUSED}",
           "key_hash=hash_of(key), withdrawn_at__isnull=True, expires_at__gt=timezone.now()",
           f"{DOOR}/test_invitations.py"),
    Mutant("a form that counts twice", f"{C}/once.py", 'Once.objects.create(hub_id=hub_id, key=key, answer="")',
           'Once.objects.create(hub_id=hub_id, key=new_key(), answer="")', "tests/house/test_once.py"),
    Mutant("a key good in other hands", f"{C}/once.py",
           'who = f"user {request.user.pk}" if request.user.is_authenticated',
           'who = "somebody" if request.user.is_authenticated', "tests/house/test_once.py"),
    Mutant("a formula in a list", "upwell/_kit/writing.py", 'return "\'" + text', "return text",
           "tests/engines/test_tables.py"),
    Mutant("a way out to another site", f"{C}/door/adapter.py",
           'if url.startswith("/") and url_has_allowed_host_and_scheme(',
           "if url or url_has_allowed_host_and_scheme(", f"{DOOR}/test_sign_in.py {DOOR}/test_second_step.py"),
    Mutant("a count under five", f"{L}/marks.py", "FEWEST = 5", "FEWEST = 1", "tests/site/listen"),
    Mutant("a role that ended", f"{C}/actor.py", "Q(until__isnull=True) | Q(until__gt=day),", "Q(),",
           f"{PEOPLE}/test_roles.py tests/house/test_never.py"),
    Mutant("a role given to oneself", f"{C}/actions/people.py", "if by.pk == membership.person_id:\n        raise",
           "if not by.pk:\n        raise", f"{PEOPLE}/test_roles.py"),
    Mutant("one person gives a safety role", f"{C}/actions/people.py", "membership.proposed_by_id == by.pk:",
           "not by.pk:", f"{PEOPLE}/test_roles.py"),
    Mutant("one person makes an adult", f"{C}/actions/people.py", "if by.pk in {person.born_claimed_by_id, person.pk}:",
           "if by.pk == person.pk:", f"{PEOPLE}/test_people.py"),
    Mutant("one adult is enough", f"{C}/threads.py", "WATCHING = 2", "WATCHING = 1", f"{MACHINERY}/test_threads.py"),
    Mutant("another's name in a pack", f"{C}/masking.py", "return self._names(text)", "return text",
           f"{PEOPLE}/test_pack.py"),
    Mutant("kept too long", f"{C}/retention.py", "end: datetime | date = at - timedelta(days=days)",
           "end: datetime | date = at - timedelta(days=days + 2)", f"{MACHINERY}/test_retention.py"),
    Mutant("a page another can take from the browser", f"{C}/headers.py", '"no-store" if _personal(request)',
           '"private" if _personal(request)', "tests/house/test_headers.py"),
    Mutant("staff stay signed in", f"{C}/door/idle.py", "<= settings.IDLE_MINUTES * 60:",
           "<= settings.IDLE_MINUTES * 60_000:", f"{DOOR}"),
    Mutant("a changed concern", f"{S}/chain.py", "def holds(", "def holds(*_):\n    return True\n\n\ndef _holds(",
           "tests/site/sealed"),
    Mutant("a letter goes nine times", f"{C}/outbox.py", "if no.unsure and letter.unsure:", "if False:",
           f"{MACHINERY}/test_outbox.py"),
    Mutant("an adult by being made one", f"{C}/merging.py", "claim_born(by=by, person=kept, born=born)",
           "Person.objects.filter(pk=kept.pk).update(born=born, adult_on=parse_date(other['adult_on']))",
           f"{PEOPLE}/test_merging.py"),
    Mutant("a key kept in the clear", f"{C}/door/keys.py",
           'return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()',
           "return key[:64]", f"{DOOR}/test_links.py {DOOR}/test_invitations.py"),
    Mutant("a no that is lost", f"{C}/merging.py", "if theirs is not None and not theirs.given and ours",
           "if False and ours", f"{PEOPLE}/test_merging.py"),
]  # fmt: skip


def main() -> int:
    """Try every mutant; return 1 when one lives."""
    alive = []
    for test in {mutant.seen_by: mutant for mutant in MUTANTS}.values():
        if test.killed(plant=False):
            print(f"{test.seen_by} is red with nothing planted: mend that first")
            return 1
    for mutant in MUTANTS:
        dead = mutant.killed()
        print(f"{'killed' if dead else 'LIVES '}  {mutant.what}: {mutant.seen_by}", flush=True)
        if not dead:
            alive.append(mutant)
    print(f"killed {len(MUTANTS) - len(alive)} of {len(MUTANTS)}")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
