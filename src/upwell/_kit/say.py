"""A fact in words: a code and its values, so that wording may change and be translated while the fact is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

Words = Mapping[str, str | tuple[str, str]]


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation and return it as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Say:
    """One fact an engine has to tell, as a code and values.

    Parameters
    ----------
    code : str
        ``"verb.name"``, a key of ``upwell.<verb>.words.WORDS``, whose value is an English template or
        a pair (one, many) chosen by ``values["n"]``.
    values : mapping
        Numbers, dates, words from a fixed list or other ``Say``; never a person's free text.

    Examples
    --------
    >>> str(Say("connect.free_together", {"n": 1, "slot": "Tuesday evening"}))
    'Both free on Tuesday evening'
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = gettext_noop) -> str:
        """Return the sentence, its template passed through `translate` first."""
        verb = self.code.partition(".")[0]
        words: Words = import_module(f"upwell.{verb}.words").WORDS
        template = words[self.code]
        if isinstance(template, tuple):
            template = template[0 if self.values.get("n") == 1 else 1]
        values = {key: v.text(translate) if isinstance(v, Say) else v for key, v in self.values.items()}
        return translate(template).format_map(values)

    def __str__(self) -> str:
        return self.text()

    def as_row(self) -> list[object]:
        """Return ``[code, values]`` for storing as JSON; `from_row` reads it back."""
        return [self.code, {k: v.as_row() if isinstance(v, Say) else v for k, v in self.values.items()}]

    @classmethod
    def from_row(cls, row: list[object]) -> Say:
        """Rebuild a fact stored with `as_row`."""
        code, values = row
        if not isinstance(code, str) or not isinstance(values, dict):
            raise TypeError(f"not a stored fact: {row!r}")
        return cls(code, {k: cls.from_row(v) if isinstance(v, list) else v for k, v in values.items()})
