"""Other people's names taken out of free text: a pack tells somebody about themselves and about nobody else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _

from upwell_site.core.models import Person
from upwell_site.core.text import fold

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
ADDRESS = re.compile(r"[^\s@<>\"'(,;:]+@[^\s@<>\"'),;]+")
PHONE = re.compile(r"(?<![\w.])(?:\+|0)\d(?:[ ()-]{0,2}\d){7,13}")
PERSON = re.compile(r"core\.person:(\d+)")
SHORT = 3  # letters: a shorter word is a name only as the whole of one, and with a capital
# Names that are everyday words too: alone, they are a name only with a capital.
EVERYDAY_WORDS = (
    "able amber art august bank bell bill bird bishop brook brown bush carol chance chase church clay cook cross dawn "
    "dean drew faith field fish flower ford fox frank gay gene grace grant gray green grey hall harmony hill hope hunt "
    "ivy jade jay joy june king lake lane law lily long love mark marsh may mercy miles mills moss noble north page "
    "park pat patience pearl penny price pride read rich rob rock rose ruby rush sandy short single small snow south "
    "stone storm street summer sunny swift van wall ward water way wells west white will win winter wood woods young"
    " adult child mentor lead admin organiser person"
)
EVERYDAY = frozenset(EVERYDAY_WORDS.split())


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return fold(word.replace("’", "'").removesuffix("'s"))


@dataclass(slots=True)
class Mask:
    """The names of everybody in a hub but one person, and how many of them were taken out of a text.

    Attributes
    ----------
    full : dict
        First word of a name -> the names of two words or more that begin with it, longest first.
    words : set
        Words of which a name is made, without those of the person's own.
    whole : list
        Names in scripts without capitals, which are not set apart by spaces.
    own : set
        The person's own addresses and phone numbers: they stay.
    """

    person_id: int | None
    full: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    whole: list[str] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    count: int = 0

    def text(self, text: str) -> str:
        """Return `text` without names, addresses and phone numbers of others."""
        text = PERSON.sub(self._reference, text)
        text = ADDRESS.sub(lambda m: self._unless_own(m[0], m[0].strip(".").casefold(), _("[an address]")), text)
        text = PHONE.sub(lambda m: self._unless_own(m[0], digits(m[0]), _("[a number]")), text)
        for name in self.whole:
            if name in text:
                self.count += text.count(name)
                text = text.replace(name, _("[somebody]"))
        return self._names(text)

    def anything(self, value: object) -> object:
        """Return a value out of JSON with every text in it cleaned."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.anything(one) for one in value]
        if isinstance(value, dict):
            return {self.text(str(key)): self.anything(one) for key, one in value.items()}
        return value

    def _reference(self, found: re.Match[str]) -> str:
        return found[0] if self.person_id is not None and int(found[1]) == self.person_id else "core.person"

    def _unless_own(self, found: str, key: str, instead: str) -> str:
        if key in self.own:
            return found
        self.count += 1
        return instead

    def _names(self, text: str) -> str:
        found = list(WORD.finditer(text))
        folded = [_folded(m[0]) for m in found]
        parts: list[str] = []
        at = i = 0
        while i < len(found):
            n = self._length(folded, i) or (1 if self._alone(found[i][0], folded[i]) else 0)
            if n:
                parts += [text[at : found[i].start()], _("[somebody]")]
                at = found[i + n - 1].end()
                self.count += 1
            i += n or 1
        return "".join([*parts, text[at:]])

    def _length(self, folded: list[str], i: int) -> int:
        """Return how many words from the i-th on are somebody's whole name."""
        for name in self.full.get(folded[i], ()):
            if tuple(folded[i : i + len(name)]) == name:
                return len(name)
        return 0

    def _alone(self, word: str, folded: str) -> bool:
        needs_capital = folded in EVERYDAY or len(folded) < SHORT
        return folded in self.words and (word[:1].isupper() or not needs_capital)


def digits(text: str) -> str:
    """Return a phone number as it is compared: its last nine digits."""
    return re.sub(r"\D", "", text)[-9:]


def mask_for(hub_id: int, person: Person | None) -> Mask:
    """Return the mask for a pack about `person`; one query, whatever the size of the hub."""
    mask = Mask(person.pk if person else None)
    own: set[str] = set()
    if person is not None:
        own = {_folded(word) for word in WORD.findall(person.name)}
        addresses = [person.email, person.user.email if person.user else ""]
        mask.own = {*(a.casefold() for a in addresses if a), *([digits(person.phone)] if person.phone else [])}
    names = Person.objects.filter(hub_id=hub_id).exclude(name="")
    others = names.exclude(pk=person.pk) if person is not None else names
    for name in others.values_list("name", flat=True).iterator():
        parts = tuple(_folded(word) for word in WORD.findall(name))
        if not name.isascii() and name.lower() == name.upper():
            mask.whole.append(name)
        if len(parts) > 1:
            mask.full.setdefault(parts[0], []).append(parts)
        mask.words.update(part for part in parts if (len(part) >= SHORT or len(parts) == 1) and part not in own)
    for names_of_one in mask.full.values():
        names_of_one.sort(key=len, reverse=True)
    return mask
